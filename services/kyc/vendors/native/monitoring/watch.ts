/** Screens monitored parties again when the lists have changed. Looks at start, and every minute. */
import { type Rounds, startRounds } from "#platform/lifecycle/rounds.ts";
import { ownCall } from "#platform/rpc/call.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import type { NativeDeps } from "../program.ts";
import { findWatched, type Watched } from "../store/verification-store.ts";
import { screenAgain } from "./screen-again.ts";

/** Pause between two looks, in milliseconds. */
const LOOK_EVERY_MS = 60_000;
/** Most that are fetched at once. */
const BATCH = 100;
/** Longest one party may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** Starts it. Several processes share the work: who was screened already is left alone. */
export function startWatch(deps: NativeDeps, log: Logger): Rounds {
  return startRounds(
    async (signal) => {
      await readListsAnew(deps, log);
      await look(deps, log, signal);
      return false;
    },
    { everyMs: LOOK_EVERY_MS, log, failed: "could not look for monitored parties" },
  );
}

/** Lists that cannot be read are no reason not to look: those read before stay in use. */
async function readListsAnew({ lists }: NativeDeps, log: Logger): Promise<void> {
  try {
    if (await lists.refresh()) {
      log.info({ version: lists.current().version }, "lists were read again");
    }
  } catch (error) {
    log.error({ err: error }, "the lists could not be read again; those read before stay in use");
  }
}

async function look(deps: NativeDeps, log: Logger, signal: AbortSignal): Promise<void> {
  let after: Watched | undefined;
  do {
    const from = after;
    const found = await deps.database.worker((transaction) =>
      findWatched(transaction, {
        listsVersion: deps.lists.current().version,
        now: deps.now(),
        after: from,
        limit: BATCH,
      }),
    );
    for (const watched of found) {
      if (signal.aborted) {
        return;
      }
      try {
        await screenAgain(deps, ownCall("kyc/native", watched.tenant, TIMEOUT_MS, signal), watched.id);
      } catch (error) {
        log.warn({ err: error, ...watched }, "could not screen a monitored party again; will try again");
      }
    }
    after = found.at(-1);
  } while (after !== undefined);
}
