import { callOf } from "#platform/rpc/call.ts";
import { bindingRefused } from "../errors.ts";
import { capabilityOf, fromBinding } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { findBinding } from "../store/binding-store.ts";

/** Reads a binding of the caller's tenant. */
export function getBinding({ database }: BindingsDeps): BindingsHandlers["getBinding"] {
  return async ({ name }, context) => {
    const binding = await database.tenant(callOf(context), (transaction) =>
      findBinding(transaction, capabilityOf(name)),
    );
    if (binding === undefined) {
      throw bindingRefused("binding_not_found", { name });
    }
    return fromBinding(binding);
  };
}
