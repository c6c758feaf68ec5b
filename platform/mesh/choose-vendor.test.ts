import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BindingSchema } from "#gen/malla/bindings/v1/binding_pb.js";
import { chooseVendors } from "./choose-vendor.ts";

const binding = (over: object = {}) => create(BindingSchema, { primaryVendor: "a", failoverVendors: ["b"], ...over });
const canary = (percent: number) => binding({ canary: { vendor: "c", percent } });

describe("a choice", () => {
  it("is the primary vendor, then the failover order", () => {
    expect(chooseVendors(binding(), "t/kyc", "customers/1")).toEqual({ vendors: ["a", "b"], shadow: undefined });
  });

  it("of a canary falls back to the primary vendor, then the failover order", () => {
    expect(chooseVendors(canary(100), "t/kyc", "customers/1").vendors).toEqual(["c", "a", "b"]);
  });

  it("names no vendor as its own shadow", () => {
    expect(chooseVendors(binding({ shadow: { vendor: "a" } }), "t/kyc", "k").shadow).toBeUndefined();
    expect(chooseVendors(binding({ shadow: { vendor: "s" } }), "t/kyc", "k").shadow).toBe("s");
  });

  it("for the same key is the same, and a greater percentage only moves keys to the canary", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (key, one, two) => {
        const goesToCanary = (percent: number) => chooseVendors(canary(percent), "t/kyc", key).vendors[0] === "c";
        const [less, more] = [Math.min(one, two), Math.max(one, two)];
        expect(goesToCanary(less)).toBe(goesToCanary(less));
        expect(goesToCanary(less) && !goesToCanary(more)).toBe(false);
      }),
    );
  });

  it.each([0, 1, 5, 25, 50, 99, 100])(
    "gives the canary %i percent of similar keys, within half a percent",
    (percent) => {
      const keys = Array.from({ length: 100_000 }, (_, index) => `customers/${index}`);
      const taken = keys.filter((key) => chooseVendors(canary(percent), "t/kyc", key).vendors[0] === "c").length;
      expect(Math.abs(taken / keys.length - percent / 100)).toBeLessThan(0.005);
    },
  );

  it("of one tenant says nothing about that of another", () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `customers/${index}`);
    const both = keys.filter((key) =>
      ["t1/kyc", "t2/kyc"].every((salt) => chooseVendors(canary(50), salt, key).vendors[0] === "c"),
    ).length;
    expect(Math.abs(both / keys.length - 0.25)).toBeLessThan(0.02);
  });
});
