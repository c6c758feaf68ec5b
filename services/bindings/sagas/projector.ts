/**
 * Puts bindings and vendors on the bus, where every process of the mesh sees them. The database is the truth: what the bus
 * lacks or has otherwise is put there at the start, when the bus is back, and every minute; what is older never replaces
 * what is newer, whoever comes late.
 */
import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import { BindingSchema } from "#gen/malla/bindings/v1/binding_pb.js";
import { VendorSchema } from "#gen/malla/bindings/v1/vendor_pb.js";
import type { Bus } from "#platform/bus/bus.ts";
import type { KeyValues } from "#platform/bus/key-values.ts";
import type { Database, Transaction } from "#platform/db/database.ts";
import { BINDINGS_BUCKET, bindingKey, vendorKey } from "#platform/mesh/vendor-directory.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import { fromBinding, fromVendor } from "../mapping.ts";
import { toBinding } from "../store/binding-store.ts";
import { bindings, vendors } from "../store/schema.ts";
import { toVendor } from "../store/vendor-store.ts";

/** Rows put by one transaction, which holds them until the bus has them. */
const BATCH = 200;
/** How often it looks by itself, in milliseconds: for rows of other processes, and after faults. */
const IDLE_MS = 250;
/** How often everything is compared, in milliseconds. */
const RECONCILE_MS = 60_000;
/** Tries to put one value while others put the same key. */
const MAX_TRIES = 5;

/** What the projector works with. */
export interface ProjectorDeps {
  readonly database: Database;
  readonly bus: Bus;
  readonly log: Logger;
  readonly now: () => Date;
}

/** A projector that runs. */
export interface Projector {
  /** Says that there is something to put. */
  wake(): void;
  /** Ends after the batch under way. */
  stop(): Promise<void>;
}

/** Starts to project. Several processes share it. */
export function startProjector(deps: ProjectorDeps): Projector {
  const stopping = new AbortController();
  let wakeUp = () => {};
  let isWoken = false;
  let reconcileAt = 0;
  const wake = () => {
    isWoken = true;
    wakeUp();
  };
  const forget = deps.bus.onReconnect(() => {
    reconcileAt = 0;
    wake();
  });
  const loop = async () => {
    let bucket: KeyValues | undefined;
    while (!stopping.signal.aborted) {
      isWoken = false;
      let put = 0;
      try {
        if (deps.bus.isConnected()) {
          const isDue = Date.now() >= reconcileAt;
          if (isDue || bucket === undefined) {
            // Made anew where the bus lost it.
            bucket = await deps.bus.openKeyValues(BINDINGS_BUCKET);
            await reconcile(deps, bucket);
            reconcileAt = Date.now() + RECONCILE_MS;
          }
          put = await projectBatch(deps, bucket);
        }
      } catch (error) {
        // The rows stay unprojected, and the next pass takes them up again.
        deps.log.warn({ err: error }, "bindings could not be put on the bus");
        reconcileAt = 0;
      }
      if (put < BATCH && !isWoken && !stopping.signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, IDLE_MS);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  };
  const running = loop();
  return {
    wake,
    async stop() {
      forget();
      stopping.abort();
      wakeUp();
      await running;
    },
  };
}

interface Projected {
  readonly key: string;
  readonly version: bigint;
  readonly bytes: Uint8Array;
}

/** Puts what has changed. Its rows are locked meanwhile, so that no other process puts an older state of them after it. */
function projectBatch({ database, now }: ProjectorDeps, bucket: KeyValues): Promise<number> {
  return database.worker(async (transaction) => {
    const changedBindings = await transaction
      .select()
      .from(bindings)
      .where(sql`projected_version < version`)
      .limit(BATCH)
      .for("update", { skipLocked: true });
    const changedVendors = await transaction
      .select()
      .from(vendors)
      .where(sql`projected_version < version`)
      .limit(BATCH)
      .for("update", { skipLocked: true });
    const values = [
      ...changedBindings.map(projectedBinding),
      ...changedVendors.map((row) => projectedVendor(row, now())),
    ];
    if (values.length === 0) {
      return 0;
    }
    await Promise.all(values.map((value) => putNewer(bucket, value)));
    await markProjected(transaction, changedBindings, changedVendors);
    return values.length;
  });
}

async function markProjected(
  transaction: Transaction,
  changedBindings: readonly (typeof bindings.$inferSelect)[],
  changedVendors: readonly (typeof vendors.$inferSelect)[],
): Promise<void> {
  for (const { tenantId, capability, version } of changedBindings) {
    await transaction.execute(sql`
      update bindings set projected_version = ${version}
      where tenant_id = ${tenantId} and capability = ${capability}`);
  }
  for (const { tenantId, capability, vendor, version } of changedVendors) {
    await transaction.execute(sql`
      update vendors set projected_version = ${version}
      where tenant_id = ${tenantId} and capability = ${capability} and vendor = ${vendor}`);
  }
}

/** Finds what the bus lacks or has older, so that the next batch puts it. */
function reconcile({ database, log }: ProjectorDeps, bucket: KeyValues): Promise<void> {
  return database.worker(async (transaction) => {
    const keys = new Set(await bucket.keys(">"));
    const isMissing = async (key: string, desc: typeof BindingSchema | typeof VendorSchema, version: bigint) =>
      !keys.has(key) || ((await versionAt(bucket, key, desc)) ?? 0n) < version;
    let missing = 0;
    for (const { tenantId, capability, version } of await transaction.select().from(bindings)) {
      if (await isMissing(bindingKey(capability, tenantId), BindingSchema, version)) {
        missing += 1;
        await transaction.execute(sql`
          update bindings set projected_version = 0 where tenant_id = ${tenantId} and capability = ${capability}`);
      }
    }
    for (const { capability, vendor, version } of await transaction.select().from(vendors)) {
      if (await isMissing(vendorKey(capability, vendor), VendorSchema, version)) {
        missing += 1;
        await transaction.execute(sql`
          update vendors set projected_version = 0 where capability = ${capability} and vendor = ${vendor}`);
      }
    }
    if (missing > 0) {
      log.info({ missing }, "the bus lacks bindings or vendors; putting them");
    }
  });
}

/** Puts a value unless the bus has it as new already. */
async function putNewer(bucket: KeyValues, { key, version, bytes }: Projected): Promise<void> {
  const desc = key.startsWith("bindings.") ? BindingSchema : VendorSchema;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const found = await bucket.get(key);
    if (found !== undefined && (versionIn(desc, found.value) ?? 0n) >= version) {
      return;
    }
    if (await bucket.putIf(key, bytes, found?.revision ?? 0)) {
      return;
    }
  }
  throw new Error(`${key} changes faster than it can be put`);
}

async function versionAt(
  bucket: KeyValues,
  key: string,
  desc: typeof BindingSchema | typeof VendorSchema,
): Promise<bigint | undefined> {
  const found = await bucket.get(key);
  return found === undefined ? undefined : versionIn(desc, found.value);
}

/** Undefined where the value is no message of ours: it is then replaced. */
function versionIn(desc: typeof BindingSchema | typeof VendorSchema, value: Uint8Array): bigint | undefined {
  try {
    return desc === BindingSchema ? fromBinary(BindingSchema, value).version : fromBinary(VendorSchema, value).version;
  } catch {
    return undefined;
  }
}

function projectedBinding(row: typeof bindings.$inferSelect): Projected {
  const binding = toBinding(row);
  return {
    key: bindingKey(row.capability, row.tenantId),
    version: row.version,
    bytes: encode(BindingSchema, fromBinding(binding)),
  };
}

function projectedVendor(row: typeof vendors.$inferSelect, at: Date): Projected {
  return {
    key: vendorKey(row.capability, row.vendor),
    version: row.version,
    bytes: encode(VendorSchema, fromVendor(toVendor(row), at)),
  };
}

function encode<Desc extends DescMessage>(desc: Desc, init: MessageInitShape<Desc>): Uint8Array {
  return toBinary(desc, create(desc, init));
}
