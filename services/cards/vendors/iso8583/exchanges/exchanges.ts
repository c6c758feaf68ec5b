/** Sends requests to the host so that none is lost: written down before, settled after, made good when unanswered. */

import type { Database, Transaction, TransactionScope } from "#platform/db/database.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import type { IsoMessage } from "../link/codec.ts";
import { NoAnswerError, NotSentError } from "../link/errors.ts";
import { repeatTypeOf } from "../link/exchange.ts";
import type { Link } from "../link/link.ts";
import type { Numbers } from "../link/numbers.ts";
import { deleteExchange, findExchange, insertExchange } from "../store/exchange-store.ts";
import type { Vault } from "../store/vault.ts";
import { type Exchange, messageOf } from "./exchange.ts";
import { settleAnswer, settleLoss } from "./settle.ts";

/** What an outcome changes in the vendor's own records; runs in the transaction that notes it. The answer's PAN comes apart. */
export type OnSettled = (transaction: Transaction, exchange: Exchange, pan: string | undefined) => Promise<void>;

/** What exchanges need. */
export interface ExchangesDeps {
  readonly database: Database;
  readonly link: Pick<Link, "request" | "state">;
  readonly numbers: Numbers;
  readonly vault: Vault;
  /** Number of a card. */
  readonly panOf: (transaction: Transaction, tenantId: string, cardId: string) => Promise<string>;
  readonly onSettled: OnSettled;
  /** Longest wait for the host's answer, in milliseconds. */
  readonly answerTimeoutMs: number;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  readonly clock: () => Date;
  /** Has what is due looked at now. */
  readonly wake: () => void;
}

/** A request to make of the host. */
export interface HostRequest extends Pick<Exchange, "purpose" | "onLoss" | "mti" | "cardId" | "fields" | "details"> {
  /** The caller's request_id. */
  readonly id: string;
  readonly fingerprint: Buffer;
  readonly pinBlock?: string;
  /** Where the link is down: refused, as if it had not been asked for, or kept until the link is up. */
  readonly whenDown: "refuse" | "keep";
}

/** Time that noting an outcome may take, whatever the caller's deadline, in milliseconds. */
export const NOTE_MS = 10_000;
/** What a caller's deadline must leave for noting the outcome, in milliseconds. */
const RESERVE_MS = 200;

/**
 * Makes a request of the host, once: sent again with the same id, it gives what came of the first. What it gives may not be
 * final: then the host's doing is not known yet.
 *
 * @throws REQUEST_ID_REUSED, REQUEST_IN_PROGRESS; DEPENDENCY_UNAVAILABLE, OVERLOADED where the host has not seen it
 */
export async function exchangeOnce(
  deps: ExchangesDeps,
  scope: TransactionScope,
  request: HostRequest,
): Promise<Exchange> {
  const begun = await begin(deps, scope, request);
  if (begun.kind === "before") {
    return begun.exchange;
  }
  const { exchange, pan } = begun;
  const timeoutMs = Math.min(deps.answerTimeoutMs, scope.deadlineMs - deps.clock().getTime() - RESERVE_MS);
  const noting: TransactionScope = { tenant: scope.tenant, deadlineMs: deps.clock().getTime() + timeoutMs + NOTE_MS };
  const note = <T>(work: (transaction: Transaction) => Promise<T>) => deps.database.tenant(noting, work);
  const outcome = await send(deps, exchange, messageOf(exchange, pan, request.pinBlock), timeoutMs).catch(
    async (error: unknown) => {
      // It could not be written as a message: nothing was sent.
      await note((transaction) => deleteExchange(transaction, exchange));
      throw error;
    },
  );
  switch (outcome.kind) {
    case "answered":
      return note((transaction) => settleAnswer(deps, transaction, exchange, outcome.answer));
    case "lost":
      return note((transaction) => settleLoss(deps, transaction, exchange, true));
    case "not_sent":
      if (request.whenDown === "keep") {
        return note((transaction) => settleLoss(deps, transaction, exchange, false));
      }
      await note((transaction) => deleteExchange(transaction, exchange));
      throw meshError(outcome.error.why === "busy" ? "OVERLOADED" : "DEPENDENCY_UNAVAILABLE", { cause: outcome.error });
  }
}

type Begun =
  | { readonly kind: "before"; readonly exchange: Exchange }
  | { readonly kind: "new"; readonly exchange: Exchange; readonly pan: string | undefined };

async function begin(deps: ExchangesDeps, scope: TransactionScope, request: HostRequest): Promise<Begun> {
  const { database, vault, clock } = deps;
  const numbers = await deps.numbers.next();
  const { pinBlock, whenDown: _, ...kept } = request;
  const now = clock();
  const started = {
    ...kept,
    ...numbers,
    tenantId: scope.tenant,
    state: "sending",
    secretSealed: pinBlock === undefined ? null : vault.seal(pinBlock, ownerOfSecret(scope.tenant, request.id)),
    reversesId: null,
  } as const;
  return database.tenant(scope, async (transaction) => {
    // Whoever sends it is done with it, or dead, by then.
    const dueTime = new Date(now.getTime() + deps.answerTimeoutMs + 2 * NOTE_MS);
    if (await insertExchange(transaction, { ...started, dueTime }, now)) {
      const pan = request.cardId === null ? undefined : await deps.panOf(transaction, scope.tenant, request.cardId);
      const exchange = { ...started, attempts: 0, responseCode: null, answer: null };
      return { kind: "new", exchange, pan };
    }
    const before = await findExchange(transaction, scope.tenant, request.id);
    if (before === undefined) {
      // It was taken back between the two statements.
      throw meshError("REQUEST_IN_PROGRESS");
    }
    if (before.purpose !== request.purpose || before.fingerprint?.equals(request.fingerprint) !== true) {
      throw meshError("REQUEST_ID_REUSED");
    }
    if (before.state === "sending") {
      throw meshError("REQUEST_IN_PROGRESS");
    }
    return { kind: "before", exchange: before };
  });
}

/** What became of a message on the wire. */
export type SendOutcome =
  | { readonly kind: "answered"; readonly answer: IsoMessage }
  | { readonly kind: "lost"; readonly error: NoAnswerError }
  | { readonly kind: "not_sent"; readonly error: NotSentError };

/** Sends a message, as a repeat where it went out before. */
export async function send(
  { link, log }: Pick<ExchangesDeps, "link" | "log">,
  { id, attempts, stan, rrn }: Exchange,
  message: IsoMessage,
  timeoutMs: number,
): Promise<SendOutcome> {
  const mti = attempts > 0 ? repeatTypeOf(message.mti) : message.mti;
  try {
    return { kind: "answered", answer: await link.request({ ...message, mti }, timeoutMs) };
  } catch (error) {
    if (error instanceof NotSentError) {
      return { kind: "not_sent", error };
    }
    if (error instanceof NoAnswerError) {
      log.warn({ id, mti, stan, rrn, why: error.why }, "no answer of the card host");
      return { kind: "lost", error };
    }
    throw error;
  }
}

/** Whom a sealed PIN block belongs to. */
export function ownerOfSecret(tenantId: string, id: string): string {
  return `${tenantId}/exchange/${id}`;
}
