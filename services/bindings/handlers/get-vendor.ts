import { callOf } from "#platform/rpc/call.ts";
import { noSuchVendor } from "../errors.ts";
import { fromVendor, vendorIdOf } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { findVendor } from "../store/vendor-store.ts";

/** Reads a vendor of the mesh. */
export function getVendor({ database, now }: BindingsDeps): BindingsHandlers["getVendor"] {
  return async ({ name }, context) => {
    const vendor = await database.tenant(callOf(context), (transaction) => findVendor(transaction, vendorIdOf(name)));
    if (vendor === undefined) {
      throw noSuchVendor(name);
    }
    return fromVendor(vendor, now());
  };
}
