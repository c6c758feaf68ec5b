/**
 * How a capability's service reaches the vendors behind it. New work goes to the vendor that the tenant's binding names;
 * work in flight stays with the vendor that began it.
 */
import type { DescMessage, DescMethodUnary, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { Call } from "../rpc/call.ts";
import { openMeshClient } from "../rpc/mesh-client.ts";
import type { TlsFiles } from "../rpc/tls.ts";

/** The answer of a vendor, and which it was: what was begun there stays there. */
export interface Answered<Desc extends DescMessage> {
  readonly vendor: string;
  readonly response: MessageShape<Desc>;
}

/** The vendors of one capability. */
export interface VendorMesh<Service extends DescService> {
  /**
   * Begins work with the vendor that the binding names; canary, shadow and failover happen here.
   *
   * @param key what the work is about, e.g. a customer: a canary takes the same vendor for the same key
   * @throws VENDOR_NOT_BOUND where the tenant has no vendor for the capability
   */
  begin<I extends DescMessage, O extends DescMessage>(
    call: Call,
    method: DescMethodUnary<I, O>,
    key: string,
    request: MessageInitShape<I>,
  ): Promise<Answered<O>>;
  /** A client of the vendor that began the work, for the rest of it. */
  at(vendor: string, call: Call): Client<Service>;
  close(): void;
}

/** A vendor that is always there. */
export interface FixedVendor {
  /** Name, as in its certificate. */
  readonly vendor: string;
  /** "host:port". */
  readonly address: string;
}

/** A mesh whose every tenant begins with the first of the vendors: for tests, and for a bank with one vendor each. */
export function openFixedVendors<Service extends DescService>(
  service: Service,
  options: { readonly capability: string; readonly vendors: readonly FixedVendor[]; readonly tls: TlsFiles },
): VendorMesh<Service> {
  const clients = new Map(
    options.vendors.map(({ vendor, address }) => [
      vendor,
      openMeshClient(service, { peer: `${options.capability}/${vendor}`, address, tls: options.tls }),
    ]),
  );
  const first = options.vendors[0];
  const at = (vendor: string, call: Call) => {
    const client = clients.get(vendor);
    if (client === undefined) {
      throw new Error(`no vendor ${vendor} of ${options.capability} is known`);
    }
    return client.for(call);
  };
  return {
    at,
    async begin(call, method, _key, request) {
      if (first === undefined) {
        throw new Error(`no vendor of ${options.capability} is known`);
      }
      // A client has a function for each method of its service; which types they have is the method's.
      const invoke = Reflect.get(at(first.vendor, call), method.localName) as unknown as (
        request: MessageInitShape<typeof method.input>,
      ) => Promise<MessageShape<typeof method.output>>;
      return { vendor: first.vendor, response: await invoke(request) };
    },
    close() {
      for (const client of clients.values()) {
        client.close();
      }
    },
  };
}
