import { create } from "@bufbuild/protobuf";
import { type Customer as CustomerMessage, CustomerSchema } from "#gen/malla/customers/v1/customer_pb.js";
import { CustomersService } from "#gen/malla/customers/v1/customers_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { validateMessage } from "#platform/rpc/validate.ts";
import { type Customer, changed, etagOf, faultOfPerson } from "../domain/customer.ts";
import { customerRefused } from "../errors.ts";
import { customerUpdated } from "../events/outbox.ts";
import { customerIdOf, fromCustomer, toPerson } from "../mapping.ts";
import type { CustomersDeps, CustomersHandlers } from "../service.ts";
import { findCustomer, updateCustomerRow } from "../store/customer-store.ts";

/** Fields that can change: of the customer itself, and of each kind of person. */
const OWN_FIELDS: Readonly<Record<string, "email" | "phoneNumber">> = { email: "email", phone_number: "phoneNumber" };
const PERSON_FIELDS: Readonly<Record<string, readonly string[]>> = {
  natural_person: ["given_name", "family_name", "birth_date"],
  legal_person: ["legal_name", "trade_name", "formation_date"],
};
const PERSON_CASES: Readonly<Record<string, string>> = { natural_person: "naturalPerson", legal_person: "legalPerson" };

/** Changes the fields that the mask names. */
export function updateCustomer({ database, outbox, now }: CustomersDeps): CustomersHandlers["updateCustomer"] {
  return (request, context) => {
    const call = callOf(context);
    const message = request.customer ?? create(CustomerSchema);
    const paths = (request.updateMask?.paths ?? []).filter((path) => path !== "etag" && path !== "name");
    if (paths.length === 0) {
      throw customerRefused("update_mask_invalid", { path: "" });
    }
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, CustomersService.method.updateCustomer, request, async () => {
        const before = await findCustomer(transaction, customerIdOf(message.name), "update");
        if (before === undefined) {
          throw customerRefused("customer_not_found", { name: message.name });
        }
        if (message.etag !== "" && message.etag !== etagOf(before)) {
          throw customerRefused("etag_mismatch");
        }
        if (before.state === "closed") {
          throw customerRefused("customer_closed");
        }
        const whole = merged(before, message, paths);
        validateMessage(CustomerSchema, whole);
        const person = toPerson(whole);
        if (faultOfPerson(person, now()) !== undefined) {
          throw customerRefused("birth_date_invalid", {}, "customer.natural_person.birth_date");
        }
        const after = changed(before, { person, email: whole.email, phoneNumber: whole.phoneNumber }, now());
        await updateCustomerRow(transaction, call.tenant, after);
        await outbox.append(transaction, [customerUpdated(call.tenant, after, paths)]);
        return create(CustomerSchema, fromCustomer(after));
      }),
    );
  };
}

/** The customer as it was, with the masked fields as they were sent. */
function merged(before: Customer, message: CustomerMessage, paths: readonly string[]): CustomerMessage {
  const whole = create(CustomerSchema, fromCustomer(before));
  for (const path of paths) {
    const own = OWN_FIELDS[path];
    if (own !== undefined) {
      whole[own] = message[own];
      continue;
    }
    const [kind = "", ...rest] = path.split(".");
    const fields = PERSON_FIELDS[kind] ?? [];
    const named = rest.length === 0 ? fields : fields.filter((field) => field === rest[0]);
    if (named.length === 0 || rest.length > 1 || whole.person.case !== PERSON_CASES[kind]) {
      throw customerRefused("update_mask_invalid", { path });
    }
    const sent = message.person.case === whole.person.case ? message.person.value : undefined;
    for (const field of named.map(camelCase)) {
      Object.assign(whole.person.value ?? {}, { [field]: Reflect.get(sent ?? emptyPerson(kind), field) });
    }
  }
  return whole;
}

/** A person with nothing set: what a mask without a value clears to. */
function emptyPerson(kind: string): object {
  const nothing = create(CustomerSchema, {
    person: kind === "natural_person" ? { case: "naturalPerson", value: {} } : { case: "legalPerson", value: {} },
  });
  return nothing.person.value ?? {};
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
