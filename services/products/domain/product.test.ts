import { describe, expect, it } from "vitest";
import { faultOfTerms, type Product, retired, withTerms } from "./product.ts";

const at = new Date("2026-01-02T00:00:00Z");

function product(over: Partial<Product> = {}): Product {
  return {
    id: "conta",
    regionCode: "BR",
    currencyCode: "BRL",
    displayName: "Conta",
    overdraftLimit: 0n,
    annualInterestBasisPoints: 0,
    fees: [],
    limits: [],
    state: "active",
    version: 1n,
    createTime: new Date("2026-01-01T00:00:00Z"),
    updateTime: new Date("2026-01-01T00:00:00Z"),
    ...over,
  };
}

describe("terms", () => {
  it("hold at most one fee per operation", () => {
    const fee = { operation: "withdrawal", fixed: 1n, basisPoints: 0 } as const;
    expect(faultOfTerms(product({ fees: [fee, fee] }))).toBe("operation_repeated");
    expect(faultOfTerms(product({ fees: [fee, { ...fee, operation: "deposit" }] }))).toBeUndefined();
  });

  it("hold at most one limit per operation", () => {
    const limit = { operation: "transfer", maxAmount: 1n, maxDailyAmount: 0n } as const;
    expect(faultOfTerms(product({ limits: [limit, limit] }))).toBe("operation_repeated");
  });

  it("raise the version when they change", () => {
    expect(withTerms(product(), { displayName: "Nova" }, at)).toMatchObject({
      displayName: "Nova",
      version: 2n,
      updateTime: at,
    });
  });

  it("do not change once the product is retired", () => {
    expect(withTerms(product({ state: "retired" }), { displayName: "Nova" }, at)).toBeUndefined();
  });
});

it("retiring a retired product changes nothing", () => {
  const before = product({ state: "retired" });
  expect(retired(before, at)).toBe(before);
});
