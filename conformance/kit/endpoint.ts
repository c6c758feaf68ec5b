/** A vendor at an address as a target: plain gRPC, in whatever language it is written. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { DescMethod, DescService, MessageShape } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { ChannelCredentials } from "@grpc/grpc-js";
import type { Capabilities, CapabilitiesSchema } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { rulesOf } from "#platform/rpc/authorize.ts";
import { openGrpcTransport } from "#platform/rpc/grpc-transport.ts";
import { MESH_HEADERS } from "#platform/rpc/metadata.ts";
import { spiffePeer } from "#platform/rpc/tls.ts";
import { type Exchange, recordExchanges } from "./record.ts";
import type { Suite, Target } from "./suite.ts";

/** Where a vendor is and how it is reached. */
export interface EndpointOptions {
  /** "host:port". */
  readonly address: string;
  /** Undefined: cleartext HTTP/2. */
  readonly tls: EndpointTls | undefined;
  /** Deadline of a call that names none, in milliseconds. */
  readonly timeoutMs: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** Begins the names of the run's tenants. */
  readonly tenantPrefix: string;
}

/** Files (PEM) for TLS. */
export interface EndpointTls {
  readonly caFile: string;
  /** Certificate and key of the kit itself, where the vendor asks for them. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Identity that the vendor's certificate must show, e.g. "kyc/native"; undefined: the host's name is checked instead. */
  readonly peer?: string | undefined;
}

/** A vendor that can be called. */
export interface Endpoint<Service extends DescService> {
  /** Asks what it can do; by `describe` where the contract has no RPC for that. */
  capabilities(describe?: Suite<Service>["describe"]): Promise<Capabilities>;
  /** A target with a tenant of its own, and what was said through it. */
  target(capabilities: Capabilities): { readonly target: Target<Service>; readonly exchanges: readonly Exchange[] };
  close(): void;
}

/** Opens it; the connection is made with the first call. */
export function openEndpoint<Service extends DescService>(
  service: Service,
  { address, tls, timeoutMs, parameters, tenantPrefix }: EndpointOptions,
): Endpoint<Service> {
  const credentials = tls === undefined ? ChannelCredentials.createInsecure() : secureCredentials(tls, address);
  const opened: { close(): void }[] = [];
  const openClients = (exchanges: Exchange[]) => {
    const transport = openGrpcTransport(address, credentials, [recordExchanges(exchanges)]);
    opened.push(transport);
    return (tenant: string, limitMs: number): Client<Service> =>
      createClient(service, {
        unary: (method, signal, _timeout, header, input, values) =>
          transport.unary(method, signal, limitMs, identified(method, header, tenant), input, values),
        stream: (method, signal, _timeout, header, input, values) =>
          transport.stream(method, signal, limitMs, identified(method, header, tenant), input, values),
      });
  };
  const newTenant = () => `${tenantPrefix}-${randomUUID().slice(0, 8)}`;
  return {
    async capabilities(describe) {
      const client = openClients([])(newTenant(), timeoutMs);
      if (describe !== undefined) {
        return await describe(client, (name) => parameters[name]);
      }
      const ask: unknown = Reflect.get(client, "getCapabilities");
      if (typeof ask !== "function") {
        throw new Error(`${service.typeName} has no GetCapabilities`);
      }
      const answer: MessageShape<typeof CapabilitiesSchema> = await ask({});
      return answer;
    },
    target(capabilities) {
      const exchanges: Exchange[] = [];
      const clients = openClients(exchanges);
      const tenant = newTenant();
      return {
        exchanges,
        target: {
          capabilities,
          tenant,
          client: (caller = {}) => clients(caller.tenant ?? tenant, caller.timeoutMs ?? timeoutMs),
          parameter(name) {
            const value = parameters[name];
            if (value === undefined) {
              throw new Error(`the parameter ${name} was not given`);
            }
            return value;
          },
        },
      };
    },
    close() {
      for (const transport of opened) {
        transport.close();
      }
    },
  };
}

/** Metadata as the capability's service sends it. A call in the name of no tenant carries none. */
function identified(method: DescMethod, given: ConstructorParameters<typeof Headers>[0], tenant: string): Headers {
  const headers = new Headers(given);
  if (tenant !== "") {
    headers.set(MESH_HEADERS.tenant, tenant);
  }
  headers.set(MESH_HEADERS.principal, "conformance");
  headers.set(MESH_HEADERS.scopes, rulesOf(method).requiredScopes.join(" "));
  return headers;
}

function secureCredentials({ caFile, certFile, keyFile, peer }: EndpointTls, address: string): ChannelCredentials {
  const read = (file: string | undefined) => (file === undefined ? null : readFileSync(file));
  return ChannelCredentials.createSsl(read(caFile), read(keyFile), read(certFile), {
    ...(peer === undefined
      ? {}
      : {
          checkServerIdentity: (_host, certificate) => {
            const found = spiffePeer(certificate);
            return found === peer
              ? undefined
              : new Error(`${address} is ${found ?? "nobody that its certificate names"}, not ${peer}`);
          },
        }),
  });
}
