import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { RENEW_MS, renewed } from "../domain/vendor.ts";
import { bindingRefused } from "../errors.ts";
import { vendorIdOf } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { findVendor, saveVendor } from "../store/vendor-store.ts";
import { callOfVendor } from "./speaking-vendor.ts";

/** Keeps a vendor's lease. */
export function renewVendorLease({ database, now }: BindingsDeps): BindingsHandlers["renewVendorLease"] {
  return async ({ name }, context) => {
    const id = vendorIdOf(name);
    const call = callOfVendor(context, id);
    await database.tenant(call, async (transaction) => {
      const before = await findVendor(transaction, id, "update");
      const after = before === undefined ? undefined : renewed(before, now());
      if (after === undefined) {
        throw bindingRefused("vendor_not_registered", { vendor: name });
      }
      await saveVendor(transaction, after);
    });
    return { renewInterval: durationFromMs(RENEW_MS) };
  };
}
