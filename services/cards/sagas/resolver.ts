/**
 * Ends what was left without an answer: authorizations that nobody asked about are given back, everything else is asked
 * for again; and authorizations whose time passed are read anew.
 */
import { type Rounds, startRounds } from "#platform/lifecycle/rounds.ts";
import { type Call, ownCall } from "#platform/rpc/call.ts";
import type { CardsDeps } from "../service.ts";
import { findPastExpiry } from "../store/authorization-store.ts";
import { takeDueRequests } from "../store/request-store.ts";
import { readAnew } from "./read-anew.ts";
import { settleRequest } from "./settle-request.ts";

/** Pause between two looks, in milliseconds. */
const LOOK_EVERY_MS = 500;
/** Most that is worked on at once. */
const BATCH = 10;
/** Shortest pause before a request is tried again, in milliseconds. */
const RETRY_AFTER_MS = 1_000;
/** Time of a try beyond what its vendor may take, in milliseconds. */
const OWN_TIME_MS = 2_000;

/** Starts it. Several processes share the work. */
export function startResolver(deps: CardsDeps): Rounds {
  return startRounds(
    async (signal) => {
      await look(deps, signal);
      return false;
    },
    {
      everyMs: LOOK_EVERY_MS,
      log: deps.log,
      failed: "could not look for what was left",
    },
  );
}

async function look(deps: CardsDeps, signal: AbortSignal): Promise<void> {
  const { due, past } = await deps.database.worker(async (transaction) => ({
    due: await takeDueRequests(transaction, BATCH, RETRY_AFTER_MS),
    past: await findPastExpiry(transaction, BATCH),
  }));
  const tryTo = async (
    what: string,
    { tenant, id }: { tenant: string; id: string },
    work: (call: Call) => Promise<void>,
  ) => {
    try {
      // Undoing may ask its vendor twice.
      await work(ownCall("cards", tenant, 2 * deps.vendorTimeoutMs + OWN_TIME_MS, signal));
    } catch (error) {
      deps.log.warn({ err: error, tenant, id, what }, "could not end what was left; will try again");
    }
  };
  await Promise.all([
    ...due.map((one) => tryTo("request", one, (call) => settleRequest(deps, call, one.id, false))),
    ...past.map((one) => tryTo("expiry", one, (call) => readAnew(deps, call, one.id))),
  ]);
}
