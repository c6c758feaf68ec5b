/** A tenant's binding of a capability to vendors, and when a binding is refused. */
import { isAtLeast, levelOf, type Vendor } from "./vendor.ts";

/** What a binding says. */
export interface Terms {
  readonly primaryVendor: string;
  /** In the order of their turn. */
  readonly failoverVendors: readonly string[];
  readonly canary?: { readonly vendor: string; readonly percent: number } | undefined;
  readonly shadowVendor?: string | undefined;
  readonly requireCertified: boolean;
}

/** A binding. */
export interface Binding {
  readonly capability: string;
  readonly terms: Terms;
  readonly version: bigint;
  readonly createTime: Date;
  readonly updateTime: Date;
}

/** A change of one. */
export interface Revision {
  readonly capability: string;
  readonly version: bigint;
  readonly before: Terms | undefined;
  readonly after: Terms;
  readonly principal: string;
  readonly reason: string;
  readonly createTime: Date;
}

/** Why a call on bindings is refused. */
export type BindingRefusal =
  | "binding_not_found"
  | "vendor_not_found"
  | "vendor_unreachable"
  | "vendor_not_certified"
  | "vendor_repeated"
  | "etag_mismatch"
  | "not_the_vendor"
  | "certificate_invalid"
  | "vendor_not_registered"
  | "tenant_not_the_mesh"
  | "capabilities_mismatch";

/** Every vendor that the terms name, once. */
export function vendorsOf({ primaryVendor, failoverVendors, canary, shadowVendor }: Terms): string[] {
  return [
    ...new Set([
      primaryVendor,
      ...failoverVendors,
      ...(canary === undefined ? [] : [canary.vendor]),
      ...(shadowVendor === undefined ? [] : [shadowVendor]),
    ]),
  ];
}

/**
 * The vendor that stands in two places where that says nothing: as its own stand-in, canary or shadow. A canary or shadow
 * may well be a stand-in too.
 */
export function repeatedVendor({ primaryVendor, failoverVendors, canary, shadowVendor }: Terms): string | undefined {
  if ([...failoverVendors, canary?.vendor, shadowVendor].includes(primaryVendor)) {
    return primaryVendor;
  }
  return canary !== undefined && canary.vendor === shadowVendor ? shadowVendor : undefined;
}

/** Why a vendor cannot be bound, as far as is known of it without asking it. */
export function faultOfVendor(
  vendor: Vendor | undefined,
  requireCertified: boolean,
  at: Date,
): "vendor_not_found" | "vendor_unreachable" | "vendor_not_certified" | undefined {
  if (vendor === undefined) {
    return "vendor_not_found";
  }
  if (vendor.state !== "active" || vendor.leaseExpireTime <= at) {
    return "vendor_unreachable";
  }
  return requireCertified && !isAtLeast(levelOf(vendor, at), "certified") ? "vendor_not_certified" : undefined;
}

/** The binding with new terms; as it was where they are the same. */
export function withTerms(before: Binding | undefined, capability: string, terms: Terms, at: Date): Binding {
  if (before === undefined) {
    return { capability, terms, version: 1n, createTime: at, updateTime: at };
  }
  return isSame(before.terms, terms) ? before : { ...before, terms, version: before.version + 1n, updateTime: at };
}

/** Changes with every change. */
export function etagOf({ version }: Pick<Binding, "version">): string {
  return `v${version}`;
}

function isSame(one: Terms, other: Terms): boolean {
  const words = ({ primaryVendor, failoverVendors, canary, shadowVendor, requireCertified }: Terms) =>
    JSON.stringify([
      primaryVendor,
      failoverVendors,
      canary?.vendor ?? "",
      canary?.percent ?? 0,
      shadowVendor ?? "",
      requireCertified,
    ]);
  return words(one) === words(other);
}
