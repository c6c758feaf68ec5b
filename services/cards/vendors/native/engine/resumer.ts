/** Ends what was left: plans that nobody settled, and holds whose time has passed. Looks at start, and again and again. */
import { type Rounds, startRounds } from "#platform/lifecycle/rounds.ts";
import { type Call, ownCall } from "#platform/rpc/call.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import type { NativeDeps } from "../program.ts";
import { type Due, findExpired, takeOverdueMoves } from "../store/move-store.ts";
import { expireWhereDue } from "./move-authorization.ts";
import { settle } from "./settle.ts";

/** Pause between two looks, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** Most that is worked on at once. */
const BATCH = 10;
/** Longest one try may take, in milliseconds. */
const TRY_TIMEOUT_MS = 5_000;

type ResumerDeps = Pick<NativeDeps, "database" | "ledger" | "now">;

/** Starts it. Several processes share the work. */
export function startResumer(deps: ResumerDeps, log: Logger): Rounds {
  return startRounds(
    async (signal) => {
      await look(deps, log, signal);
      return false;
    },
    { everyMs: LOOK_EVERY_MS, log, failed: "could not look for what was left" },
  );
}

async function look(deps: ResumerDeps, log: Logger, signal: AbortSignal): Promise<void> {
  const { overdue, expired } = await deps.database.worker(async (transaction) => ({
    overdue: await takeOverdueMoves(transaction, BATCH),
    expired: await findExpired(transaction, BATCH),
  }));
  const end = async (what: string, { tenant, id }: Due, work: (call: Call) => Promise<unknown>) => {
    try {
      await work(ownCall("cards/native", tenant, TRY_TIMEOUT_MS, signal));
    } catch (error) {
      log.warn({ err: error, tenant, id, what }, "could not end what was left; will try again");
    }
  };
  await Promise.all([
    ...overdue.map((due) => end("move", due, (call) => settle(deps, call, due.id))),
    ...expired.map((due) => end("expiry", due, (call) => expireWhereDue(deps, call, due.id))),
  ]);
}
