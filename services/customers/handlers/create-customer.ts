import { create } from "@bufbuild/protobuf";
import { CustomerSchema } from "#gen/malla/customers/v1/customer_pb.js";
import { CustomersService } from "#gen/malla/customers/v1/customers_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { type Customer, faultOf } from "../domain/customer.ts";
import { customerRefused } from "../errors.ts";
import { customerCreated } from "../events/outbox.ts";
import { fromCustomer, toPerson, toTaxIdentifiers } from "../mapping.ts";
import type { CustomersDeps, CustomersHandlers } from "../service.ts";
import { insertCustomer } from "../store/customer-store.ts";

/** Onboards a customer. */
export function createCustomer({ database, outbox, now, newId }: CustomersDeps): CustomersHandlers["createCustomer"] {
  return (request, context) => {
    const call = callOf(context);
    const message = request.customer ?? create(CustomerSchema);
    const person = toPerson(message);
    const taxIdentifiers = toTaxIdentifiers(message);
    const fault = faultOf(person, taxIdentifiers, now());
    if (fault?.identifier !== undefined) {
      const type = taxIdentifiers[fault.identifier]?.type ?? "";
      throw customerRefused(fault.refusal, { type }, `customer.tax_identifiers[${fault.identifier}].value`);
    }
    if (fault !== undefined) {
      throw customerRefused(fault.refusal, {}, "customer.natural_person.birth_date");
    }
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, CustomersService.method.createCustomer, request, async () => {
        const at = now();
        const { email, phoneNumber } = message;
        const customer: Customer = {
          id: newId(),
          person,
          taxIdentifiers,
          email,
          phoneNumber,
          state: "active",
          version: 1n,
          createTime: at,
          updateTime: at,
        };
        const taken = await insertCustomer(transaction, call.tenant, customer);
        if (taken !== undefined) {
          throw customerRefused("tax_identifier_taken", { type: taken.type });
        }
        await outbox.append(transaction, [customerCreated(call.tenant, customer)]);
        return create(CustomerSchema, fromCustomer(customer));
      }),
    );
  };
}
