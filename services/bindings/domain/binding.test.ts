import { describe, expect, it } from "vitest";
import { type Binding, faultOfVendor, repeatedVendor, type Terms, vendorsOf, withTerms } from "./binding.ts";
import { arrived, certified, gone, isAtLeast, LEASE_MS, levelOf, renewed, type Vendor } from "./vendor.ts";
import { breakerChanges, type MethodState } from "./vendor-states.ts";

const at = new Date("2026-01-02T03:04:05Z");
const later = (ms: number) => new Date(at.getTime() + ms);
const terms = (over: Partial<Terms> = {}): Terms => ({
  primaryVendor: "a",
  failoverVendors: ["b"],
  requireCertified: false,
  ...over,
});
const arrival = {
  capability: "kyc",
  vendor: "a",
  address: "h:1",
  capabilities: { version: "1", features: ["kyc.x"], limits: { "kyc.max": "1" } },
  certificate: undefined,
};
const vendor = (over: Partial<Vendor> = {}): Vendor => ({ ...arrived(undefined, arrival, at), ...over });
const certificate = (over: object = {}) => ({
  jws: "x",
  level: "certified" as const,
  vendorVersion: "1",
  features: ["kyc.x"],
  contractDigest: "d",
  expireTime: later(1_000),
  ...over,
});

describe("terms", () => {
  it("name each vendor once, wherever it stands", () => {
    const all = terms({ canary: { vendor: "b", percent: 1 }, shadowVendor: "c" });
    expect(vendorsOf(all)).toEqual(["a", "b", "c"]);
  });

  it.each([
    ["its own stand-in", terms({ failoverVendors: ["b", "a"] }), "a"],
    ["its own canary", terms({ canary: { vendor: "a", percent: 1 } }), "a"],
    ["its own shadow", terms({ shadowVendor: "a" }), "a"],
    ["canary and shadow", terms({ canary: { vendor: "c", percent: 1 }, shadowVendor: "c" }), "c"],
    ["canary and stand-in", terms({ canary: { vendor: "b", percent: 1 } }), undefined],
    ["shadow and stand-in", terms({ shadowVendor: "b" }), undefined],
  ])("with a vendor as %s", (_what, given, repeated) => {
    expect(repeatedVendor(given)).toBe(repeated);
  });

  it("that are the same leave the binding as it was, and others raise its version", () => {
    const first = withTerms(undefined, "kyc", terms(), at);
    expect(first).toMatchObject({ version: 1n, createTime: at });
    expect(withTerms(first, "kyc", terms(), later(1))).toBe(first);
    const second: Binding = withTerms(first, "kyc", terms({ canary: { vendor: "c", percent: 1 } }), later(1));
    expect(second).toMatchObject({ version: 2n, createTime: at, updateTime: later(1) });
  });
});

describe("a vendor can be bound", () => {
  it.each([
    ["unknown", undefined, false, "vendor_not_found"],
    ["there", vendor(), false, undefined],
    ["gone", vendor({ state: "left" }), false, "vendor_unreachable"],
    ["silent", vendor({ leaseExpireTime: at }), false, "vendor_unreachable"],
    ["uncertified", vendor(), true, "vendor_not_certified"],
    ["conformant only", vendor({ certificate: certificate({ level: "conformant" }) }), true, "vendor_not_certified"],
    ["certified", vendor({ certificate: certificate() }), true, undefined],
  ])("when it is %s", (_what, given, requireCertified, fault) => {
    expect(faultOfVendor(given, requireCertified, at)).toBe(fault);
  });
});

describe("a vendor", () => {
  it("that comes again as it was gets a new lease and no new version", () => {
    const again = arrived(vendor(), arrival, later(5));
    expect(again).toEqual({ ...vendor(), leaseExpireTime: later(5 + LEASE_MS) });
  });

  it.each([
    ["at another address", { address: "h:2" }],
    ["in another version", { capabilities: { ...arrival.capabilities, version: "2" } }],
    ["with another feature", { capabilities: { ...arrival.capabilities, features: [] } }],
    ["with a certificate", { certificate: certificate() }],
  ])("that comes %s is a new version of itself", (_what, over) => {
    expect(arrived(vendor(), { ...arrival, ...over }, later(5)).version).toBe(2n);
  });

  it("keeps its certificate when it comes without one", () => {
    expect(arrived(vendor({ certificate: certificate() }), arrival, at).certificate).toEqual(certificate());
  });

  it("that is gone has no lease to renew, and is gone once", () => {
    const left = gone(vendor(), "left", later(1));
    expect(left).toMatchObject({ state: "left", version: 2n });
    expect(gone(left, "lost", later(2))).toBe(left);
    expect(renewed(left, later(2))).toBeUndefined();
  });

  it.each([
    ["none", undefined, "none"],
    ["one of its version", certificate(), "certified"],
    ["one of another version", certificate({ vendorVersion: "2" }), "none"],
    ["one that lacks a feature", certificate({ features: [] }), "none"],
    ["one that expired", certificate({ expireTime: at }), "none"],
  ])("has the level that its certificate proves: %s", (_what, given, level) => {
    expect(levelOf(vendor({ certificate: given }), at)).toBe(level);
  });

  it("is certified anew only by another certificate", () => {
    const has = certified(vendor(), certificate(), at);
    expect(has.version).toBe(2n);
    expect(certified(has, certificate(), later(1))).toBe(has);
  });

  it("of a higher level meets a lower one", () => {
    expect(isAtLeast("certified", "conformant")).toBe(true);
    expect(isAtLeast("declared", "conformant")).toBe(false);
  });
});

it("a breaker that changed is told, and one that nobody knew was closed", () => {
  const state = (breaker: MethodState["breaker"], method = "m") => ({ vendor: "v", method, breaker }) as MethodState;
  expect(breakerChanges([], [state("closed")])).toEqual([]);
  expect(breakerChanges([], [state("open")])).toEqual([{ from: "closed", state: state("open") }]);
  expect(breakerChanges([state("open")], [state("open"), state("half_open", "n")])).toEqual([
    { from: "closed", state: state("half_open", "n") },
  ]);
  expect(breakerChanges([state("open")], [state("closed")])).toEqual([{ from: "open", state: state("closed") }]);
});
