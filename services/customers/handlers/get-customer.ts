import { callOf } from "#platform/rpc/call.ts";
import { customerRefused } from "../errors.ts";
import { customerIdOf, fromCustomer } from "../mapping.ts";
import type { CustomersDeps, CustomersHandlers } from "../service.ts";
import { findCustomer } from "../store/customer-store.ts";

/** Reads a customer. */
export function getCustomer({ database }: CustomersDeps): CustomersHandlers["getCustomer"] {
  return async (request, context) => {
    const id = customerIdOf(request.name);
    const customer = await database.tenant(callOf(context), (transaction) => findCustomer(transaction, id));
    if (customer === undefined) {
      throw customerRefused("customer_not_found", { name: request.name });
    }
    return fromCustomer(customer);
  };
}
