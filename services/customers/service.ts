/** What the customers service needs, and the RPCs it answers. */
import type { ServiceImpl } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { CustomersService } from "#gen/malla/customers/v1/customers_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import type { Outbox } from "#platform/outbox/append.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import { settings } from "./config.ts";
import { closeCustomer } from "./handlers/close-customer.ts";
import { createCustomer } from "./handlers/create-customer.ts";
import { getCustomer } from "./handlers/get-customer.ts";
import { listCustomers } from "./handlers/list-customers.ts";
import { updateCustomer } from "./handlers/update-customer.ts";

/** What handlers work with. */
export interface CustomersDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  /** The time now. */
  readonly now: () => Date;
  /** A new id, later ones greater. */
  readonly newId: () => string;
}

/** Types of the RPCs. */
export type CustomersHandlers = ServiceImpl<typeof CustomersService>;

/** Makes the service. */
export function createCustomersService(deps: CustomersDeps): CustomersHandlers {
  return {
    createCustomer: createCustomer(deps),
    getCustomer: getCustomer(deps),
    listCustomers: listCustomers(deps),
    updateCustomer: updateCustomer(deps),
    closeCustomer: closeCustomer(deps),
  };
}

/** The service as a program. */
export const customersProgram: ServiceProgram<typeof settings> = {
  name: "customers",
  settings,
  migrations: new URL("./store/migrations", import.meta.url),
  open({ database, outbox }) {
    const deps: CustomersDeps = { database, outbox, now: () => new Date(), newId: uuidv7 };
    return { services: [served(CustomersService, createCustomersService(deps))] };
  },
};
