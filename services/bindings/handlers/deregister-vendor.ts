import { afterCommit } from "#platform/db/database.ts";
import { gone } from "../domain/vendor.ts";
import { vendorLost } from "../events/outbox.ts";
import { vendorIdOf } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { findVendor, saveVendor } from "../store/vendor-store.ts";
import { callOfVendor } from "./speaking-vendor.ts";

/** Lets a vendor go. */
export function deregisterVendor({ database, outbox, now, wake }: BindingsDeps): BindingsHandlers["deregisterVendor"] {
  return async ({ name }, context) => {
    const id = vendorIdOf(name);
    const call = callOfVendor(context, id);
    await database.tenant(call, async (transaction) => {
      const before = await findVendor(transaction, id, "update");
      const after = before === undefined ? undefined : gone(before, "left", now());
      if (after !== undefined && after !== before) {
        await saveVendor(transaction, after);
        await outbox.append(transaction, [vendorLost(after)]);
        afterCommit(transaction, wake);
      }
    });
    return {};
  };
}
