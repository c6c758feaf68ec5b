/** Sends what is due again until the host has answered it: repeats, reversals, and what a process that died left behind. */

import { claimDue } from "../store/exchange-store.ts";
import { type Exchange, messageOf } from "./exchange.ts";
import { type ExchangesDeps, NOTE_MS, ownerOfSecret, send } from "./exchanges.ts";
import { settleAnswer, settleLoss } from "./settle.ts";
import type { Waker } from "./waker.ts";

/** Work that goes on by itself. */
export interface StoreAndForward {
  stop(): Promise<void>;
}

/** How often what is due is looked for, in milliseconds. */
const POLL_MS = 500;
/** Most that are sent side by side, so that what is made good does not crowd out what is new. */
const BATCH = 20;

/** Starts it; it looks for what is due when woken, and by itself now and then. */
export function startStoreAndForward(deps: ExchangesDeps, waker: Waker): StoreAndForward {
  const stopping = new AbortController();
  const running = run();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const sent = await forward(deps).catch((error: unknown) => {
        deps.log.error({ err: error }, "could not forward what is due");
        return 0;
      });
      if (sent < BATCH) {
        await waker.sleep(POLL_MS, stopping.signal);
      }
    }
  }

  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

/** Sends a batch of what is due; gives how many there were. */
async function forward(deps: ExchangesDeps): Promise<number> {
  if (deps.link.state !== "up") {
    return 0;
  }
  const now = deps.clock();
  const until = new Date(now.getTime() + deps.answerTimeoutMs + 2 * NOTE_MS);
  const due = await deps.database.worker((transaction) => claimDue(transaction, now, until, BATCH));
  await Promise.all(due.map((exchange) => forwardOne(deps, exchange)));
  return due.length;
}

async function forwardOne(deps: ExchangesDeps, exchange: Exchange): Promise<void> {
  const { database } = deps;
  if (exchange.state === "sending" && exchange.onLoss === "reverse") {
    // Who sent it died before it noted what came of it.
    await settleLoss(deps, database.worker, exchange, true);
    return;
  }
  const { tenantId, id, cardId, secretSealed } = exchange;
  const pinBlock = secretSealed === null ? undefined : deps.vault.open(secretSealed, ownerOfSecret(tenantId, id));
  const pan =
    cardId === null ? undefined : await database.worker((transaction) => deps.panOf(transaction, tenantId, cardId));
  const outcome = await send(deps, exchange, messageOf(exchange, pan, pinBlock), deps.answerTimeoutMs);
  if (outcome.kind === "answered") {
    await database.worker((transaction) => settleAnswer(deps, transaction, exchange, outcome.answer));
  } else {
    await settleLoss(deps, database.worker, exchange, outcome.kind === "lost");
  }
}
