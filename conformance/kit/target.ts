/** Makes targets, whatever way the vendor is reached. */
import type { DescMethod, DescService, MessageShape } from "@bufbuild/protobuf";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import type { Capabilities, CapabilitiesSchema } from "#gen/malla/vendor/v1/capabilities_pb.js";
import type { Target } from "./suite.ts";

/** What a target is made of. */
export interface TargetInit<Service extends DescService> {
  readonly capabilities: Capabilities;
  readonly tenant: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** A client that speaks for a tenant; without a time limit of the clause's own, with the usual one. */
  readonly clientOf: (caller: { readonly tenant: string; readonly timeoutMs?: number }) => Client<Service>;
}

/** A target. */
export function createTarget<Service extends DescService>({
  capabilities,
  tenant,
  parameters,
  clientOf,
}: TargetInit<Service>): Target<Service> {
  return {
    capabilities,
    tenant,
    client: (caller = {}) => clientOf({ tenant, ...caller }),
    parameter(name) {
      const value = parameters[name];
      if (value === undefined) {
        throw new Error(`the parameter ${name} was not given`);
      }
      return value;
    },
  };
}

/** A client whose calls carry the metadata and end in time. */
export function clientOver<Service extends DescService>(
  service: Service,
  transport: Transport,
  timeoutMs: number,
  headersOf: (method: DescMethod, given: ConstructorParameters<typeof Headers>[0]) => Headers,
): Client<Service> {
  return createClient(service, {
    unary: (method, signal, _timeout, header, input, values) =>
      transport.unary(method, signal, timeoutMs, headersOf(method, header), input, values),
    stream: (method, signal, _timeout, header, input, values) =>
      transport.stream(method, signal, timeoutMs, headersOf(method, header), input, values),
  });
}

/** Asks a vendor what it can do. */
export async function askCapabilities<Service extends DescService>(
  service: Service,
  client: Client<Service>,
): Promise<Capabilities> {
  const ask: unknown = Reflect.get(client, "getCapabilities");
  if (typeof ask !== "function") {
    throw new Error(`${service.typeName} has no GetCapabilities`);
  }
  const answer: MessageShape<typeof CapabilitiesSchema> = await ask({});
  return answer;
}
