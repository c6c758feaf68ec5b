/** What a process knows of vendors and bindings: what the bindings service last put on the bus, also while either is away. */
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { type Binding, BindingSchema } from "#gen/malla/bindings/v1/binding_pb.js";
import { type Vendor, VendorSchema } from "#gen/malla/bindings/v1/vendor_pb.js";
import type { Bus } from "../bus/bus.ts";
import type { KeyValues } from "../bus/key-values.ts";
import { pause } from "../lifecycle/pause.ts";
import type { Logger } from "../telemetry/log.ts";

/** The bucket that bindings and vendors are spread by. */
export const BINDINGS_BUCKET = "malla_bindings";
/** The mesh's own tenant: its bindings are those of tenants that have none of their own. */
export const MESH_TENANT = "malla";

/** Key of a tenant's binding. */
export function bindingKey(capability: string, tenant: string): string {
  return `bindings.${capability}.${tenant}`;
}

/** Key of a vendor. */
export function vendorKey(capability: string, vendor: string): string {
  return `vendors.${capability}.${vendor}`;
}

/** Vendors and bindings of one capability. */
export interface VendorDirectory {
  /** The tenant's binding, or else the mesh's. */
  bindingOf(tenant: string): Binding | undefined;
  /** "host:port"; undefined where no such vendor is known. */
  addressOf(vendor: string): string | undefined;
  /** Version of the vendor's software. */
  versionOf(vendor: string): string;
  /** When what there was to know is known; undefined when it is already. */
  readonly knowing: Promise<void> | undefined;
  close(): void;
}

/** Pause between attempts to reach the bucket, in milliseconds. */
const RETRY_MS = 250;

/** Watches the bus for a capability. */
export function watchDirectory(capability: string, bus: Bus, log: Logger): VendorDirectory {
  const bindings = new Map<string, Binding>();
  const vendors = new Map<string, Vendor>();
  const closing = new AbortController();
  const first = { bindings: Promise.withResolvers<void>(), vendors: Promise.withResolvers<void>() };
  let knowing: Promise<void> | undefined = Promise.all([first.bindings.promise, first.vendors.promise]).then(() => {
    knowing = undefined;
  });

  const keep = <Desc extends DescMessage>(
    desc: Desc,
    known: Map<string, MessageShape<Desc>>,
    versionOf: (message: MessageShape<Desc>) => bigint,
  ) => {
    return (key: string, value: Uint8Array | undefined) => {
      const id = key.slice(key.lastIndexOf(".") + 1);
      if (value === undefined) {
        known.delete(id);
        return;
      }
      try {
        const message = fromBinary(desc, value);
        const before = known.get(id);
        // Values come in the order of their revisions, but a watch that was made anew repeats some.
        if (before === undefined || versionOf(before) <= versionOf(message)) {
          known.set(id, message);
        }
      } catch (error) {
        log.error({ err: error, key }, "a value of the bindings bucket cannot be read; what was known stays");
      }
    };
  };

  const watch = async () => {
    const bucket = await openBucket(bus, log, closing.signal);
    await Promise.all([
      bucket?.watch(
        bindingKey(capability, "*"),
        { changed: keep(BindingSchema, bindings, ({ version }) => version), synced: first.bindings.resolve },
        closing.signal,
      ),
      bucket?.watch(
        vendorKey(capability, "*"),
        { changed: keep(VendorSchema, vendors, ({ version }) => version), synced: first.vendors.resolve },
        closing.signal,
      ),
    ]);
  };
  watch().catch((error: unknown) => log.error({ err: error, capability }, "bindings are no longer watched"));

  return {
    bindingOf: (tenant) => bindings.get(tenant) ?? bindings.get(MESH_TENANT),
    addressOf: (vendor) => vendors.get(vendor)?.address,
    versionOf: (vendor) => vendors.get(vendor)?.capabilities?.version ?? "",
    get knowing() {
      return knowing;
    },
    close: () => closing.abort(),
  };
}

async function openBucket(bus: Bus, log: Logger, signal: AbortSignal): Promise<KeyValues | undefined> {
  while (!signal.aborted) {
    try {
      return await bus.openKeyValues(BINDINGS_BUCKET);
    } catch (error) {
      log.warn({ err: error }, "the bindings bucket cannot be opened yet");
      await pause(RETRY_MS, signal);
    }
  }
  return undefined;
}
