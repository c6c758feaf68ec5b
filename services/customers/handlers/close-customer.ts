import { create } from "@bufbuild/protobuf";
import { CustomerSchema } from "#gen/malla/customers/v1/customer_pb.js";
import { CustomersService } from "#gen/malla/customers/v1/customers_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { changed } from "../domain/customer.ts";
import { customerRefused } from "../errors.ts";
import { customerClosed } from "../events/outbox.ts";
import { customerIdOf, fromCustomer } from "../mapping.ts";
import type { CustomersDeps, CustomersHandlers } from "../service.ts";
import { findCustomer, updateCustomerRow } from "../store/customer-store.ts";

/** Ends the relationship; a closed customer stays as it is. */
export function closeCustomer({ database, outbox, now }: CustomersDeps): CustomersHandlers["closeCustomer"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, CustomersService.method.closeCustomer, request, async () => {
        const before = await findCustomer(transaction, customerIdOf(request.name), "update");
        if (before === undefined) {
          throw customerRefused("customer_not_found", { name: request.name });
        }
        if (before.state === "closed") {
          return create(CustomerSchema, fromCustomer(before));
        }
        const after = changed(before, { state: "closed" }, now());
        await updateCustomerRow(transaction, call.tenant, after);
        await outbox.append(transaction, [customerClosed(call.tenant, after)]);
        return create(CustomerSchema, fromCustomer(after));
      }),
    );
  };
}
