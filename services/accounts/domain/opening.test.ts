import { describe, expect, it } from "vitest";
import { refusalOfOpening } from "./opening.ts";

const holder = { active: true, taxRegions: new Set(["BR", "MX"]) };
const product = { active: true, regionCode: "BR", currencyCode: "BRL", overdraftLimit: 0n };

describe("an opening", () => {
  it.each([
    [undefined, holder, product],
    ["customer_not_active", { ...holder, active: false }, { ...product, active: false, regionCode: "CO" }],
    ["product_not_active", holder, { ...product, active: false, regionCode: "CO" }],
    ["customer_lacks_tax_identifier", holder, { ...product, regionCode: "CO" }],
  ])("is refused with %s", (expected, who, what) => {
    expect(refusalOfOpening(who, what)).toBe(expected);
  });
});
