/** The suite itself: the reference keeps all of it, and what is broken is caught. */
import { describe } from "vitest";
import { openInProcess } from "../kit/in-process.ts";
import { describeBroken, describeVendor } from "../kit/vitest.ts";
import { brokenVendors } from "./broken.ts";
import { FEATURES } from "./features.ts";
import { REFERENCE_PARAMETERS } from "./reference/books.ts";
import { REFERENCE_PIN_PARAMETERS } from "./reference/pins.ts";
import { createReference } from "./reference/reference.ts";
import { cardsSuite } from "./suite.ts";

const parameters = { ...REFERENCE_PARAMETERS, ...REFERENCE_PIN_PARAMETERS };
const target = await openInProcess(cardsSuite, createReference().vendor, parameters);

describe("the reference", () => {
  describeVendor(cardsSuite, { target, features: FEATURES, parameters: Object.keys(parameters) });
});

// Some clauses wait for a time to pass: those of many vendors wait together.
describe.concurrent("broken vendors", { timeout: 60_000 }, () => {
  describeBroken(cardsSuite, brokenVendors, { parameters });
});
