/** Bindings and vendors of the contract to those of the domain, and back. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type {
  Binding as BindingMessage,
  BindingRevisionSchema,
  BindingSchema,
} from "#gen/malla/bindings/v1/binding_pb.js";
import { Level as LevelMessage, Vendor_State, type VendorSchema } from "#gen/malla/bindings/v1/vendor_pb.js";
import {
  type VendorMethodState,
  VendorMethodState_Breaker,
  type VendorMethodStateSchema,
} from "#gen/malla/bindings/v1/vendor_state_pb.js";
import type { Capabilities as CapabilitiesMessage } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { type Binding, etagOf, type Revision, type Terms } from "./domain/binding.ts";
import { type Capabilities, type Level, levelOf, type Vendor } from "./domain/vendor.ts";
import type { Breaker, MethodState } from "./domain/vendor-states.ts";

const LEVELS = {
  none: LevelMessage.UNSPECIFIED,
  declared: LevelMessage.DECLARED,
  conformant: LevelMessage.CONFORMANT,
  certified: LevelMessage.CERTIFIED,
} as const satisfies Record<Level, LevelMessage>;
const STATES = { active: Vendor_State.ACTIVE, left: Vendor_State.LEFT, lost: Vendor_State.LOST } as const;
const BREAKERS = {
  closed: VendorMethodState_Breaker.CLOSED,
  open: VendorMethodState_Breaker.OPEN,
  half_open: VendorMethodState_Breaker.HALF_OPEN,
} as const satisfies Record<Breaker, VendorMethodState_Breaker>;

/** Capability of "bindings/{capability}". */
export function capabilityOf(name: string): string {
  return name.slice("bindings/".length);
}

/** Capability and vendor of "vendors/{capability}/{vendor}". */
export function vendorIdOf(name: string): { readonly capability: string; readonly vendor: string } {
  const [, capability = "", vendor = ""] = name.split("/");
  return { capability, vendor };
}

/** Terms of a message. Its rules were checked at the door. */
export function toTerms({ primaryVendor, failoverVendors, canary, shadow, requireCertified }: BindingMessage): Terms {
  return {
    primaryVendor,
    failoverVendors: [...failoverVendors],
    ...(canary === undefined ? {} : { canary: { vendor: canary.vendor, percent: canary.percent } }),
    ...(shadow === undefined ? {} : { shadowVendor: shadow.vendor }),
    requireCertified,
  };
}

/** A binding as callers see it. */
export function fromBinding(binding: Binding): MessageInitShape<typeof BindingSchema> {
  return {
    ...fromTerms(binding.capability, binding.terms),
    version: binding.version,
    etag: etagOf(binding),
    createTime: timestampFromDate(binding.createTime),
    updateTime: timestampFromDate(binding.updateTime),
  };
}

/** A change as callers see it. */
export function fromRevision(revision: Revision): MessageInitShape<typeof BindingRevisionSchema> {
  const { capability, version, before, after, principal, reason } = revision;
  return {
    name: `bindings/${capability}/revisions/${version}`,
    ...(before === undefined ? {} : { from: { ...fromTerms(capability, before), version: version - 1n } }),
    to: { ...fromTerms(capability, after), version },
    principal,
    reason,
    createTime: timestampFromDate(revision.createTime),
  };
}

function fromTerms(capability: string, terms: Terms): MessageInitShape<typeof BindingSchema> {
  const { primaryVendor, failoverVendors, canary, shadowVendor, requireCertified } = terms;
  return {
    name: `bindings/${capability}`,
    primaryVendor,
    failoverVendors: [...failoverVendors],
    ...(canary === undefined ? {} : { canary }),
    ...(shadowVendor === undefined ? {} : { shadow: { vendor: shadowVendor } }),
    requireCertified,
  };
}

/** What a vendor says it can do. */
export function toCapabilities({ version, features, limits }: CapabilitiesMessage): Capabilities {
  return {
    version,
    features: [...features],
    limits: Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, String(limit)])),
  };
}

/** A vendor as callers see it; its level is what is proven at that time. */
export function fromVendor(vendor: Vendor, at: Date): MessageInitShape<typeof VendorSchema> {
  const { certificate, capabilities } = vendor;
  const level = LEVELS[levelOf(vendor, at)];
  return {
    name: `vendors/${vendor.capability}/${vendor.vendor}`,
    address: vendor.address,
    capabilities: {
      capability: vendor.capability,
      vendor: vendor.vendor,
      version: capabilities.version,
      features: [...capabilities.features],
      limits: Object.fromEntries(Object.entries(capabilities.limits).map(([name, limit]) => [name, BigInt(limit)])),
    },
    state: STATES[vendor.state],
    leaseExpireTime: timestampFromDate(vendor.leaseExpireTime),
    level,
    ...(certificate === undefined || level === LevelMessage.UNSPECIFIED
      ? {}
      : {
          certificate: {
            jws: certificate.jws,
            level: LEVELS[certificate.level],
            vendorVersion: certificate.vendorVersion,
            contractDigest: certificate.contractDigest,
            expireTime: timestampFromDate(certificate.expireTime),
          },
        }),
    version: vendor.version,
    createTime: timestampFromDate(vendor.createTime),
    updateTime: timestampFromDate(vendor.updateTime),
  };
}

/** How a process sees a method of a vendor. */
export function toMethodState(state: VendorMethodState): MethodState {
  return {
    vendor: state.vendor,
    method: state.method,
    breaker: toBreaker(state.breaker),
    callsUnderWay: state.callsUnderWay,
    maxCallsUnderWay: state.maxCallsUnderWay,
    calls: String(state.calls),
    failures: String(state.failures),
    retries: String(state.retries),
    retriesWithheld: String(state.retriesWithheld),
    refused: String(state.refused),
  };
}

/** The same as callers see it. */
export function fromMethodState(state: MethodState): MessageInitShape<typeof VendorMethodStateSchema> {
  return {
    vendor: state.vendor,
    method: state.method,
    breaker: fromBreaker(state.breaker),
    callsUnderWay: state.callsUnderWay,
    maxCallsUnderWay: state.maxCallsUnderWay,
    calls: BigInt(state.calls),
    failures: BigInt(state.failures),
    retries: BigInt(state.retries),
    retriesWithheld: BigInt(state.retriesWithheld),
    refused: BigInt(state.refused),
  };
}

/** A breaker as callers see it. */
export function fromBreaker(breaker: Breaker): VendorMethodState_Breaker {
  return BREAKERS[breaker];
}

function toBreaker(breaker: VendorMethodState_Breaker): Breaker {
  switch (breaker) {
    case VendorMethodState_Breaker.OPEN:
      return "open";
    case VendorMethodState_Breaker.HALF_OPEN:
      return "half_open";
    default:
      return "closed";
  }
}
