/** The documents before a linter that others use: Redocly's, with its recommended rules. */
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { describe, expect, it } from "vitest";
import { mallaDocument } from "./malla/document.ts";
import { contracts } from "./malla/testdata/contracts.ts";
import type { OpenApiDocument } from "./openapi.ts";
import { gnarlyDocument, shelfDocument } from "./testdata/documents.ts";

// Rules that are off, and why.
const blind = "no-required-schema-properties-undefined"; // looks for properties inside a `not`, not in the schema around it
const unused = "no-unused-components"; // events travel in an Any: nothing refers to them, and readers need them

const documents: readonly [name: string, make: () => OpenApiDocument, off: readonly string[]][] = [
  ["the bank", () => mallaDocument(contracts()), [unused]],
  ["shelf.proto", () => shelfDocument().document, []],
  ["gnarly.proto", () => gnarlyDocument().document, []],
  ["gnarly.proto without comments", () => gnarlyDocument(false).document, []],
];

describe("the linter finds nothing in the document of", () => {
  it.each(documents)("%s", async (_, make, off) => {
    const rules = Object.fromEntries([blind, ...off].map((rule) => [rule, "off" as const]));
    const config = await createConfig({ extends: ["recommended"], rules });
    const problems = await lintFromString({ source: JSON.stringify(make()), config });
    const texts = problems.map(
      ({ ruleId, severity, message, location: [at] }) => `${severity} ${ruleId} ${at?.pointer}: ${message}`,
    );
    expect(texts).toEqual([]);
  });
});
