/**
 * Ends what was begun and not ended: a process died, the ledger was away, the caller never came back. Money that moved
 * so always gets its event, and money that was decided on always moves.
 */
import { type Rounds, startRounds } from "#platform/lifecycle/rounds.ts";
import { type Call, ownCall } from "#platform/rpc/call.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import type { AccountsDeps } from "../service.ts";
import { findOpening } from "../store/opening-store.ts";
import { requireOperation } from "../store/operation-store.ts";
import { takeUnfinished, type Unfinished } from "../store/resume-store.ts";
import { finishOpening } from "./finish-opening.ts";
import { settleOperation } from "./settle-operation.ts";

/** Pause between two looks, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** Most that is worked on at once: leaves half of the ordinary pool of connections to callers. */
const BATCH = 10;
/** Longest one try may take, in milliseconds: no longer than the pause before the next. */
const TRY_TIMEOUT_MS = 5_000;

type ResumerDeps = Pick<AccountsDeps, "database" | "outbox" | "ledger">;
type Resume = (deps: ResumerDeps, call: Call, id: string) => Promise<unknown>;

/** Starts to look for unfinished work. Several processes share it. */
export function startResumer(deps: ResumerDeps, log: Logger): Rounds {
  return startRounds(
    async (signal) => {
      const taken = await Promise.all([
        resumeBatch("accounts", resumeOpening, deps, log, signal),
        resumeBatch("operations", resumeOperation, deps, log, signal),
      ]);
      return Math.max(...taken) >= BATCH;
    },
    { everyMs: LOOK_EVERY_MS, log, failed: "could not look for unfinished work" },
  );
}

/** Resumes what is due; answers how much that was. */
async function resumeBatch(
  from: "accounts" | "operations",
  resume: Resume,
  deps: ResumerDeps,
  log: Logger,
  signal: AbortSignal,
): Promise<number> {
  try {
    const due = await deps.database.worker((transaction) => takeUnfinished(transaction, from, BATCH));
    await Promise.all(due.map((one) => resumeOne(from, one, resume, deps, log, signal)));
    return due.length;
  } catch (error) {
    log.warn({ err: error, from }, "could not look for unfinished work");
    return 0;
  }
}

async function resumeOne(
  from: string,
  { tenant, id }: Unfinished,
  resume: Resume,
  deps: ResumerDeps,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  try {
    await resume(deps, ownCall("accounts", tenant, TRY_TIMEOUT_MS, signal), id);
    log.info({ tenant, from, id }, "resumed");
  } catch (error) {
    log.warn({ err: error, tenant, from, id }, "could not resume; will try again");
  }
}

const resumeOpening: Resume = async (deps, call, accountId) => {
  const opening = await deps.database.tenant(call, (transaction) => findOpening(transaction, { accountId }));
  await finishOpening(deps, call, opening);
};

const resumeOperation: Resume = async (deps, call, operationId) => {
  const operation = await deps.database.tenant(call, (transaction) => requireOperation(transaction, operationId));
  if (operation.progress.state === "pending") {
    await settleOperation(deps, call, operation);
  }
};
