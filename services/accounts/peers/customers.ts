/** What accounts ask of customers. */
import { type Customer, Customer_State, TaxIdentifier_Type } from "#gen/malla/customers/v1/customer_pb.js";
import type { CustomersService } from "#gen/malla/customers/v1/customers_service_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import type { MeshClient } from "#platform/rpc/mesh-client.ts";
import type { Holder } from "../domain/opening.ts";
import { askFor } from "./ask.ts";

/** Reads a customer, "customers/{customer}"; undefined where there is none. */
export async function readHolder(
  customers: MeshClient<typeof CustomersService>,
  call: Call,
  name: string,
): Promise<Holder | undefined> {
  const customer = await askFor("customers", customers.for(call).getCustomer({ name }));
  return customer === undefined ? undefined : toHolder(customer);
}

function toHolder(customer: Customer): Holder {
  return {
    active: customer.state === Customer_State.ACTIVE,
    taxRegions: new Set(customer.taxIdentifiers.map(({ type }) => regionOf(type))),
  };
}

/** The contract names types by the country whose authority gives them: BR_CPF, MX_RFC, CO_NIT. */
function regionOf(type: TaxIdentifier_Type): string {
  return TaxIdentifier_Type[type].split("_", 1)[0] ?? "";
}
