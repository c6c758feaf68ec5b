/** The suite itself: the reference keeps all of it, with all features or none, and each broken vendor is caught. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openInProcess } from "../kit/in-process.ts";
import { describeBroken, describeVendor } from "../kit/vitest.ts";
import { brokenVendors } from "./broken.ts";
import { FEATURES } from "./features.ts";
import { REFERENCE_PARAMETERS } from "./reference/lists.ts";
import { createReference } from "./reference/reference.ts";
import { kycSuite } from "./suite.ts";

const parameters = Object.keys(REFERENCE_PARAMETERS);
const whole = await openInProcess(kycSuite, createReference(), REFERENCE_PARAMETERS);
const bare = await openInProcess(kycSuite, createReference({ features: [] }), REFERENCE_PARAMETERS);

describe("the reference", () => {
  describeVendor(kycSuite, { target: whole, features: FEATURES, parameters });
});

describe("the reference without features", () => {
  describeVendor(kycSuite, { target: bare, features: [], parameters });
});

describe("a vendor that", () => {
  describeBroken(kycSuite, brokenVendors, { parameters: REFERENCE_PARAMETERS });
});

it("every clause of the contract has a proof, and every proof a clause", () => {
  const contract = readFileSync(
    new URL("../../proto/malla/kyc/v1/kyc_provider_service.proto", import.meta.url),
    "utf8",
  );
  const defined = [...contract.matchAll(/KYC-\d{3}(?=:)/g)].map(([id]) => id).sort();
  const proven = kycSuite.groups.flatMap(({ clauses }) => clauses.map(({ id }) => id));
  expect([...new Set(proven)].sort()).toEqual(defined);
});
