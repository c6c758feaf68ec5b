/** A vendor in this process as a target: what broken vendors and reference vendors are tried through. */
import { randomUUID } from "node:crypto";
import type { DescService } from "@bufbuild/protobuf";
import { type Client, createClient, createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import type { Capabilities } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { MESH_HEADERS } from "#platform/rpc/metadata.ts";
import { validateRequests } from "#platform/rpc/validate.ts";
import { believeTenants } from "./callers.ts";
import type { Suite, Target } from "./suite.ts";

/** Deadline of a call that names none, in milliseconds. */
const CALL_TIMEOUT_MS = 10_000;

/** Makes targets of one vendor, each with a tenant of its own. */
export async function openInProcess<Service extends DescService>(
  suite: Pick<Suite<Service>, "service">,
  implementation: ServiceImpl<Service>,
  parameters: Readonly<Record<string, string>> = {},
): Promise<() => Target<Service>> {
  const transport = createRouterTransport(({ service }) => void service(suite.service, implementation), {
    router: {
      interceptors: [believeTenants, validateRequests],
    },
  });
  const clientFor = (tenant: string, timeoutMs: number): Client<Service> =>
    createClient(suite.service, {
      unary: (method, signal, _timeout, header, input, values) =>
        transport.unary(method, signal, timeoutMs, withTenant(header, tenant), input, values),
      stream: (method, signal, _timeout, header, input, values) =>
        transport.stream(method, signal, timeoutMs, withTenant(header, tenant), input, values),
    });
  const ask: unknown = Reflect.get(clientFor("kit", CALL_TIMEOUT_MS), "getCapabilities");
  if (typeof ask !== "function") {
    throw new Error(`${suite.service.typeName} has no GetCapabilities`);
  }
  const capabilities: Capabilities = await ask({});
  return () => {
    const tenant = `kit-${randomUUID().slice(0, 8)}`;
    return {
      capabilities,
      tenant,
      client: (caller = {}) => clientFor(caller.tenant ?? tenant, caller.timeoutMs ?? CALL_TIMEOUT_MS),
      parameter(name) {
        const value = parameters[name];
        if (value === undefined) {
          throw new Error(`the parameter ${name} was not given`);
        }
        return value;
      },
    };
  };
}

function withTenant(given: ConstructorParameters<typeof Headers>[0], tenant: string): Headers {
  const headers = new Headers(given);
  headers.set(MESH_HEADERS.tenant, tenant);
  return headers;
}
