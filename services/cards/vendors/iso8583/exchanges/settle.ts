/** Notes what came of an exchange, with all that follows from it, in one transaction. */
import { v7 as uuidv7 } from "uuid";
import type { Transaction } from "#platform/db/database.ts";
import { backoffMs } from "../link/backoff.ts";
import type { IsoMessage } from "../link/codec.ts";
import type { ExchangeNumbers } from "../link/numbers.ts";
import { packOriginal } from "../link/original.ts";
import { deleteExchange, findExchange, insertExchange, updateExchange } from "../store/exchange-store.ts";
import { type Exchange, isFinal } from "./exchange.ts";
import type { ExchangesDeps } from "./exchanges.ts";

type SettleDeps = Pick<ExchangesDeps, "onSettled" | "numbers" | "clock" | "wake">;

/** Waits between repeats: the host is given time to come back, and no reversal waits longer than this once it has. */
const REPEATS = { firstMs: 500, mostMs: 15_000 };

/** Notes the answer; where it is that of a reversal, what it reversed is reversed. */
export async function settleAnswer(
  deps: SettleDeps,
  transaction: Transaction,
  exchange: Exchange,
  { fields }: IsoMessage,
): Promise<Exchange> {
  const before = await findExchange(transaction, exchange.tenantId, exchange.id, "update");
  if (before === undefined || isFinal(before) || before.state === "lost") {
    // Somebody else noted an outcome meanwhile: the first one noted is the one that holds.
    return before ?? exchange;
  }
  const { 2: pan, 39: responseCode = "", ...rest } = fields;
  const answered: Exchange = { ...before, state: "answered", responseCode, answer: { ...rest, 39: responseCode } };
  const settled = await deps.onSettled(transaction, answered, pan);
  if (settled.kind === "refused") {
    await deleteExchange(transaction, before);
    return answered;
  }
  const response = Buffer.from(settled.response);
  const { state, answer } = answered;
  await updateExchange(transaction, exchange, {
    state,
    responseCode,
    answer,
    response,
    secretSealed: null,
    finishTime: deps.clock(),
  });
  if (before.reversesId !== null) {
    await settleReversed(deps, transaction, before.tenantId, before.reversesId);
  }
  return { ...answered, response };
}

/** A transaction to note something in: the tenant's, or the worker's. */
export type Note = <T>(work: (transaction: Transaction) => Promise<T>) => Promise<T>;

/**
 * Notes that no answer came: it is reversed, or sent again later.
 *
 * @param wasSent whether the host may have seen it
 */
export async function settleLoss(
  deps: SettleDeps,
  note: Note,
  exchange: Exchange,
  wasSent: boolean,
): Promise<Exchange> {
  // Taken before the transaction: numbers may need a connection of their own, and all could be waiting for one in one.
  const numbers = exchange.onLoss === "reverse" ? await deps.numbers.next() : undefined;
  const settled = await note(async (transaction): Promise<Exchange> => {
    const before = await findExchange(transaction, exchange.tenantId, exchange.id, "update");
    if (before === undefined || isFinal(before) || before.state === "lost") {
      return before ?? exchange;
    }
    if (numbers !== undefined) {
      await updateExchange(transaction, exchange, { state: "lost" });
      await queueReversal(deps, transaction, exchange, numbers);
      return { ...before, state: "lost" };
    }
    const attempts = before.attempts + (wasSent ? 1 : 0);
    const waitMs = backoffMs(REPEATS, attempts + 1, Math.random());
    const dueTime = new Date(deps.clock().getTime() + waitMs);
    await updateExchange(transaction, exchange, { state: "queued", attempts, dueTime });
    return { ...before, state: "queued", attempts };
  });
  if (settled.state === "lost") {
    deps.wake();
  }
  return settled;
}

/** The advice 0420 that takes back what the host may have done. */
async function queueReversal(
  deps: SettleDeps,
  transaction: Transaction,
  exchange: Exchange,
  numbers: ExchangeNumbers,
): Promise<void> {
  const now = deps.clock();
  const { 3: processingCode, 4: amount, 49: currency } = exchange.fields;
  await insertExchange(
    transaction,
    {
      ...numbers,
      tenantId: exchange.tenantId,
      id: uuidv7(),
      purpose: "reverse_lost",
      fingerprint: null,
      onLoss: "repeat",
      state: "queued",
      mti: "0420",
      cardId: exchange.cardId,
      fields: { 3: processingCode, 4: amount, 49: currency, 90: packOriginal(exchange) },
      details: { purpose: "reverse_lost" },
      secretSealed: null,
      reversesId: exchange.id,
      response: null,
      dueTime: now,
      finishTime: null,
    },
    now,
  );
}

async function settleReversed(deps: SettleDeps, transaction: Transaction, tenantId: string, id: string): Promise<void> {
  const lost = await findExchange(transaction, tenantId, id, "update");
  if (lost?.state === "lost") {
    const settled = await deps.onSettled(transaction, { ...lost, state: "reversed" }, undefined);
    const response = settled.kind === "done" ? Buffer.from(settled.response) : null;
    await updateExchange(transaction, lost, { state: "reversed", response, finishTime: deps.clock() });
  }
}
