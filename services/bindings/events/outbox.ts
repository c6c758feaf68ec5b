/** The facts that bindings and vendors tell. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  BindingChangedSchema,
  ShadowDifferenceFoundSchema,
  VendorLostSchema,
  VendorRegisteredSchema,
  VendorStateChangedSchema,
} from "#gen/malla/bindings/v1/bindings_events_pb.js";
import type { ShadowDifferenceSchema } from "#gen/malla/bindings/v1/vendor_state_pb.js";
import { MESH_TENANT } from "#platform/mesh/vendor-directory.ts";
import { type Fact, fact } from "#platform/outbox/append.ts";
import type { Revision } from "../domain/binding.ts";
import type { Vendor } from "../domain/vendor.ts";
import type { BreakerChange } from "../domain/vendor-states.ts";
import { fromBreaker, fromMethodState, fromRevision, fromVendor } from "../mapping.ts";

/** A binding was set or changed. */
export function bindingChanged(tenant: string, revision: Revision): Fact {
  return fact({
    tenant,
    type: BindingChangedSchema,
    subject: `bindings/${revision.capability}`,
    time: revision.createTime,
    data: { revision: fromRevision(revision) },
  });
}

/** A vendor came, anew or changed. */
export function vendorRegistered(vendor: Vendor): Fact {
  return fact({
    ...about(vendor),
    type: VendorRegisteredSchema,
    data: { vendor: fromVendor(vendor, vendor.updateTime) },
  });
}

/** A vendor left or fell silent. */
export function vendorLost(vendor: Vendor): Fact {
  return fact({ ...about(vendor), type: VendorLostSchema, data: { vendor: fromVendor(vendor, vendor.updateTime) } });
}

/** A process saw a vendor fall out or come back. */
export function vendorStateChanged(service: string, process: string, change: BreakerChange, time: Date): Fact {
  return fact({
    tenant: MESH_TENANT,
    type: VendorStateChangedSchema,
    subject: change.state.vendor,
    time,
    data: { service, process, from: fromBreaker(change.from), state: fromMethodState(change.state) },
  });
}

/** Two vendors answered differently. */
export function shadowDifferenceFound(
  tenant: string,
  difference: MessageInitShape<typeof ShadowDifferenceSchema> & { readonly capability: string },
  time: Date,
): Fact {
  return fact({
    tenant,
    type: ShadowDifferenceFoundSchema,
    subject: `bindings/${difference.capability}`,
    time,
    data: { difference },
  });
}

function about({ capability, vendor, updateTime }: Vendor) {
  return { tenant: MESH_TENANT, subject: `vendors/${capability}/${vendor}`, time: updateTime };
}
