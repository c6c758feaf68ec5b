/** Asks a shard to release what pending transfers reserved once they are due. */
import { expireDue } from "../domain/expire.ts";
import type { TimeoutQueue } from "../domain/timeout-queue.ts";
import type { Transfer } from "../domain/transfer.ts";
import type { Job } from "./job.ts";
import type { Resident } from "./resident.ts";
import { MAX_GROUP_ITEMS, type Shard } from "./shard.ts";

/** Longest that an expiry may wait, in milliseconds; it is taken up again when the shard is opened anew. */
const EXPIRY_DEADLINE_MS = 60_000;

/** What expiries are asked of. */
export interface Expiring {
  readonly shard: Pick<Shard, "submit">;
  readonly resident: Pick<Resident, "due">;
}

/** Looks for what is due. */
export interface Expiries {
  /** Submits what is due now. */
  submit(nowMs: number): void;
}

/** Expires by a shard. Of one tenant one job at a time is under way: a later one could overtake it while it is loaded for. */
export function openExpiries({ shard, resident }: Expiring): Expiries {
  const underWay = new Set<string>();
  return {
    submit(nowMs) {
      const nowNs = BigInt(nowMs) * 1_000_000n;
      for (const { tenant, books } of resident.due(nowNs)) {
        const due = underWay.has(tenant) ? [] : books.timeouts.takeDue(nowNs, MAX_GROUP_ITEMS);
        if (due.length === 0) {
          continue;
        }
        underWay.add(tenant);
        // They are still pending: the next look finds them.
        const fail = () => {
          underWay.delete(tenant);
          putBack(books.timeouts, due);
        };
        const job: Job = {
          tenant,
          size: due.length,
          deadlineMs: nowMs + EXPIRY_DEADLINE_MS,
          needs: { accounts: [], transfers: [], referred: due.map(({ id }) => id) },
          decide(decidedBooks, decidedNs) {
            expireDue(decidedBooks, due, decidedNs);
            underWay.delete(tenant);
            return () => {};
          },
          fail,
        };
        try {
          shard.submit(job);
        } catch {
          fail();
        }
      }
    },
  };
}

function putBack(timeouts: TimeoutQueue, due: readonly Transfer[]): void {
  for (const transfer of due) {
    timeouts.add(transfer);
  }
}
