/** Ends what vendors left open, lets what passed expire, and hears news of monitored parties. */
import { type Rounds, startRounds } from "#platform/lifecycle/rounds.ts";
import { type Call, ownCall } from "#platform/rpc/call.ts";
import type { KycDeps } from "../service.ts";
import { takeDueWatches } from "../store/monitoring-store.ts";
import { type Due, findExpired, findVerification, takeUnresolved } from "../store/verification-store.ts";
import { hearNews } from "./monitoring.ts";
import { refresh } from "./refresh.ts";

/** Longest pause between two looks, in milliseconds. */
const LOOK_EVERY_MS = 500;
/** Most of each that is worked on at once. */
const BATCH = 10;
/** Time of a try beyond what its vendor may take, in milliseconds. */
const OWN_TIME_MS = 2_000;

/** Starts it. Several processes share the work. */
export function startResolver(deps: KycDeps): Rounds {
  return startRounds(
    async (signal) => {
      await look(deps, signal);
      return false;
    },
    {
      everyMs: Math.min(LOOK_EVERY_MS, deps.resolveAfterMs, deps.monitorEveryMs),
      log: deps.log,
      failed: "could not look for what is open",
    },
  );
}

async function look(deps: KycDeps, signal: AbortSignal): Promise<void> {
  const { due, watches } = await deps.database.worker(async (transaction) => ({
    due: [
      ...(await takeUnresolved(transaction, BATCH, deps.resolveAfterMs)),
      ...(await findExpired(transaction, BATCH)),
    ],
    watches: await takeDueWatches(transaction, BATCH, deps.monitorEveryMs),
  }));
  const tryTo = async (tenant: string, about: string, work: (call: Call) => Promise<unknown>) => {
    try {
      await work(ownCall("kyc", tenant, deps.vendorTimeoutMs + OWN_TIME_MS, signal));
    } catch (error) {
      deps.log.warn({ err: error, tenant, about }, "could not end what is open; will try again");
    }
  };
  const refreshOne = async (call: Call, { id }: Due) => {
    const known = await deps.database.tenant(call, (transaction) => findVerification(transaction, id));
    return known === undefined ? undefined : refresh(deps, call, known);
  };
  await Promise.all([
    ...due.map((one) => tryTo(one.tenant, one.id, (call) => refreshOne(call, one))),
    ...watches.map(({ tenant, vendor }) => tryTo(tenant, vendor, (call) => hearNews(deps, call, vendor))),
  ]);
}
