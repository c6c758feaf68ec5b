import fc from "fast-check";
import { expect, it } from "vitest";
import {
  isValidIdentifier,
  normalise,
  type TaxIdentifierType,
} from "../../services/customers/domain/tax-identifier.ts";
import { DEMO_TENANTS } from "../embedded/tenants.ts";
import { demoCustomers } from "./customers.ts";

it("whenever the demo is told, its people and companies have valid identifiers", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000_000_000 }), fc.constantFrom(...DEMO_TENANTS), (run, { id }) => {
      const { person, company } = demoCustomers(id, run);
      for (const customer of [person, company]) {
        for (const { type, value } of customer["taxIdentifiers"] as { type: string; value: string }[]) {
          const known = type.replace("TYPE_", "") as TaxIdentifierType;
          expect({ value, valid: isValidIdentifier({ type: known, value: normalise(value) }) }).toEqual({
            value,
            valid: true,
          });
        }
      }
    }),
    { numRuns: 3_000 },
  );
});
