/** Which vendor new work goes to, by the tenant's binding. Pure. */
import type { Binding } from "#gen/malla/bindings/v1/binding_pb.js";

/** Vendors to try, in order, and the one that gets a copy. */
export interface Choice {
  /** At least one. */
  readonly vendors: readonly [first: string, ...rest: string[]];
  readonly shadow: string | undefined;
}

/** Steps that percentages are counted in. */
const BUCKETS = 10_000;

/**
 * Chooses for one piece of work. The same key always goes the same way while the percentage stays, and a greater percentage
 * moves keys only towards the canary.
 *
 * @param salt keeps tenants and capabilities from sending the same customers everywhere
 */
export function chooseVendors(binding: Binding, salt: string, key: string): Choice {
  const { primaryVendor, failoverVendors, canary, shadow } = binding;
  const isCanary = canary !== undefined && bucketOf(`${salt}/${key}`) < (canary.percent * BUCKETS) / 100;
  const first = isCanary ? canary.vendor : primaryVendor;
  const rest = [primaryVendor, ...failoverVendors].filter((vendor) => vendor !== first);
  return { vendors: [first, ...rest], shadow: shadow?.vendor === first ? undefined : shadow?.vendor };
}

/** FNV-1a of 32 bits, its bits mixed once more (MurmurHash3's finalizer) so that similar keys spread evenly. */
function bucketOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % BUCKETS;
}
