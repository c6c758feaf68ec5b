/** Answers for customers: who they are follows from their name. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { Customer_State, type CustomerSchema, TaxIdentifier_Type } from "#gen/malla/customers/v1/customer_pb.js";
import { CustomersService } from "#gen/malla/customers/v1/customers_service_pb.js";
import { authorizePeers, parsePeerScopes } from "#platform/rpc/authorize.ts";
import { served, serveGrpc } from "#platform/rpc/serve-grpc.ts";
import { serverCredentials } from "#platform/rpc/tls.ts";
import { testCertificate } from "#platform/testing/service.ts";

const TAX_IDENTIFIERS = new Map([
  ["br", TaxIdentifier_Type.BR_CPF],
  ["mx", TaxIdentifier_Type.MX_RFC],
  ["co", TaxIdentifier_Type.CO_NIT],
]);

/** Serves "customers/br-ana" (known to Brazil), "customers/mx-luz-closed" (closed) and the like. */
export async function startCustomersStub(): Promise<{ address: string; stop(): Promise<void> }> {
  const unimplemented = () => {
    throw new ConnectError("the stub only reads", Code.Unimplemented);
  };
  const server = await serveGrpc({
    services: [
      served(CustomersService, {
        getCustomer: ({ name }) => customerOf(name),
        createCustomer: unimplemented,
        listCustomers: unimplemented,
        updateCustomer: unimplemented,
        closeCustomer: unimplemented,
      }),
    ],
    interceptors: [authorizePeers(parsePeerScopes("accounts=customers.read"))],
    credentials: serverCredentials(await testCertificate("customers")),
    listen: { host: "127.0.0.1", port: 0 },
  });
  return { address: `127.0.0.1:${server.port}`, stop: () => server.drain(1_000) };
}

function customerOf(name: string): MessageInitShape<typeof CustomerSchema> {
  const [region = "", , state] = name.slice("customers/".length).split("-");
  const type = TAX_IDENTIFIERS.get(region);
  if (type === undefined) {
    throw new ConnectError("no such customer", Code.NotFound);
  }
  return {
    name,
    taxIdentifiers: [{ type, value: "1" }],
    state: state === "closed" ? Customer_State.CLOSED : Customer_State.ACTIVE,
  };
}
