/** Ends the leases of vendors that have fallen silent. */
import type { Database } from "#platform/db/database.ts";
import { type Rounds, startRounds } from "#platform/lifecycle/rounds.ts";
import { MESH_TENANT } from "#platform/mesh/vendor-directory.ts";
import type { Outbox } from "#platform/outbox/append.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import { gone, LEASE_MS } from "../domain/vendor.ts";
import { REPORT_AGE_MS } from "../domain/vendor-states.ts";
import { vendorLost } from "../events/outbox.ts";
import { forgetReportsUntil } from "../store/report-store.ts";
import { saveVendor, takeSilent } from "../store/vendor-store.ts";

/** Pause between two looks, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** Longest that one look may take, in milliseconds. */
const LOOK_TIMEOUT_MS = 5_000;
/** Vendors of one transaction. */
const BATCH = 100;

/** What it works with. */
export interface LeasesDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly log: Logger;
  readonly now: () => Date;
  /** Has the changes put on the bus. */
  readonly wake: () => void;
}

/** Starts to look. Several processes share it. */
export function watchLeases(deps: LeasesDeps): Rounds {
  return startRounds(
    async () => {
      await endSilent(deps);
      return false;
    },
    {
      everyMs: LOOK_EVERY_MS,
      // Vendors could not say a word while this service was away: each gets the time of a lease for it.
      firstAfterMs: LEASE_MS,
      log: deps.log,
      failed: "leases could not be looked at",
    },
  );
}

/** One look. */
export async function endSilent({ database, outbox, log, now, wake }: LeasesDeps): Promise<void> {
  const scope = { tenant: MESH_TENANT, deadlineMs: Date.now() + LOOK_TIMEOUT_MS };
  const lost = await database.tenant(scope, async (transaction) => {
    const at = now();
    await forgetReportsUntil(transaction, new Date(at.getTime() - REPORT_AGE_MS));
    const vendors = (await takeSilent(transaction, at, BATCH)).map((vendor) => gone(vendor, "lost", at));
    for (const vendor of vendors) {
      await saveVendor(transaction, vendor);
    }
    await outbox.append(transaction, vendors.map(vendorLost));
    return vendors;
  });
  for (const { capability, vendor } of lost) {
    log.warn({ capability, vendor }, "a vendor has fallen silent");
  }
  if (lost.length > 0) {
    wake();
  }
}
