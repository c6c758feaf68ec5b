/** Sends requests to the host so that none is lost: written down before, settled after, made good when unanswered. */

import type { Database, Transaction, TransactionScope } from "#platform/db/database.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import type { IsoMessage } from "../link/codec.ts";
import { NoAnswerError, NotSentError } from "../link/errors.ts";
import { repeatTypeOf } from "../link/exchange.ts";
import type { Link } from "../link/link.ts";
import type { Numbers } from "../link/numbers.ts";
import { lockRequest } from "../store/authorization-store.ts";
import { deleteExchange, findExchange, insertExchange } from "../store/exchange-store.ts";
import type { Vault } from "../store/vault.ts";
import { type Exchange, messageOf } from "./exchange.ts";
import { type Note, settleAnswer, settleLoss } from "./settle.ts";

/** What an outcome means to the caller: an answer, or that it was refused and is as if it had never been asked for. */
export type Settled = { readonly kind: "done"; readonly response: Uint8Array } | { readonly kind: "refused" };

/**
 * Draws the consequences of an outcome in the vendor's own records, in the transaction that notes it: the answer's, or,
 * for what is "reversed", those of a request that is undone. The answer's PAN comes apart.
 */
export type OnSettled = (transaction: Transaction, exchange: Exchange, pan: string | undefined) => Promise<Settled>;

/** What exchanges need. */
export interface ExchangesDeps {
  readonly database: Database;
  readonly link: Pick<Link, "request" | "state">;
  readonly numbers: Numbers;
  readonly vault: Vault;
  /** Number of a card. */
  readonly panOf: (transaction: Transaction, tenantId: string, cardId: string) => Promise<string>;
  readonly onSettled: OnSettled;
  /** Why an answer cannot be used: it breaks what was agreed, or says that the host did nothing; undefined where it can. */
  readonly faultOfAnswer: (exchange: Exchange, answer: IsoMessage) => string | undefined;
  /** Longest wait for the host's answer, in milliseconds. */
  readonly answerTimeoutMs: number;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  readonly clock: () => Date;
  /** Has what is due looked at now. */
  readonly wake: () => void;
}

/** A request of the caller. */
export interface CallerRequest extends Pick<Exchange, "purpose"> {
  /** Its request_id. */
  readonly id: string;
  readonly fingerprint: Buffer;
}

/** What is to be done about a request: ask the host, or answer without it. */
export type Plan =
  | (Pick<Exchange, "onLoss" | "mti" | "cardId" | "fields" | "details"> & {
      readonly kind: "host";
      /** Field 52, in hexadecimal: kept, sealed, only where it may have to be sent again. */
      readonly pinBlock?: string;
      /** Where the link is down: refused, as if it had not been asked for, or kept until the link is up. */
      readonly whenDown: "refuse" | "keep";
    })
  | { readonly kind: "local"; readonly response: Uint8Array };

/** Time that noting an outcome may take, whatever the caller's deadline, in milliseconds. */
export const NOTE_MS = 10_000;
/** What a caller's deadline must leave for noting the outcome, in milliseconds. */
const RESERVE_MS = 200;

/**
 * Does what a request asks for, once: sent again with the same id, it gives what came of the first. What it gives may not be
 * final: then the host's doing is not known yet.
 *
 * @param makePlan runs in the transaction that writes the exchange down; what it throws leaves nothing
 * @throws REQUEST_ID_REUSED, REQUEST_IN_PROGRESS; DEPENDENCY_UNAVAILABLE, OVERLOADED where the host has not seen it
 */
export async function exchangeOnce(
  deps: ExchangesDeps,
  scope: TransactionScope,
  request: CallerRequest,
  makePlan: (transaction: Transaction) => Promise<Plan>,
): Promise<Exchange> {
  const begun = await begin(deps, scope, request, makePlan);
  if (begun.kind === "known") {
    return begun.exchange;
  }
  const { exchange, pan, pinBlock, whenDown } = begun;
  const timeoutMs = Math.min(deps.answerTimeoutMs, scope.deadlineMs - Date.now() - RESERVE_MS);
  const noting: TransactionScope = { tenant: scope.tenant, deadlineMs: Date.now() + timeoutMs + NOTE_MS };
  const note: Note = (work) => deps.database.tenant(noting, work);
  const outcome = await send(deps, exchange, messageOf(exchange, pan, pinBlock), timeoutMs).catch(
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
      return settleLoss(deps, note, exchange, true);
    case "not_sent":
      if (whenDown === "keep") {
        return settleLoss(deps, note, exchange, false);
      }
      await note((transaction) => deleteExchange(transaction, exchange));
      throw meshError(outcome.error.why === "busy" ? "OVERLOADED" : "DEPENDENCY_UNAVAILABLE", { cause: outcome.error });
  }
}

type Begun =
  | { readonly kind: "known"; readonly exchange: Exchange }
  | {
      readonly kind: "new";
      readonly exchange: Exchange;
      readonly pan: string | undefined;
      readonly pinBlock: string | undefined;
      readonly whenDown: "refuse" | "keep";
    };

async function begin(
  deps: ExchangesDeps,
  scope: TransactionScope,
  request: CallerRequest,
  makePlan: (transaction: Transaction) => Promise<Plan>,
): Promise<Begun> {
  const numbers = await deps.numbers.next();
  return deps.database.tenant(scope, async (transaction) => {
    await lockRequest(transaction, scope.tenant, request.id);
    const before = await findExchange(transaction, scope.tenant, request.id);
    if (before !== undefined) {
      return { kind: "known", exchange: sameRequest(before, request) };
    }
    const plan = await makePlan(transaction);
    const now = deps.clock();
    const common = { ...request, tenantId: scope.tenant, reversesId: null, response: null, secretSealed: null };
    if (plan.kind === "local") {
      const local = { ...LOCAL, ...common, response: Buffer.from(plan.response), finishTime: now, dueTime: now };
      await insertExchange(transaction, local, now);
      return { kind: "known", exchange: { ...local, ...NEW } };
    }
    const { kind: _, whenDown, pinBlock, ...asked } = plan;
    const secretSealed =
      pinBlock === undefined || plan.onLoss === "reverse"
        ? null
        : deps.vault.seal(pinBlock, ownerOfSecret(scope.tenant, request.id));
    const exchange = { ...common, ...asked, ...numbers, secretSealed, state: "sending" as const };
    // Whoever sends it is done with it, or dead, by then.
    const dueTime = new Date(now.getTime() + deps.answerTimeoutMs + 2 * NOTE_MS);
    await insertExchange(transaction, { ...exchange, dueTime, finishTime: null }, now);
    const pan = plan.cardId === null ? undefined : await deps.panOf(transaction, scope.tenant, plan.cardId);
    return { kind: "new", exchange: { ...exchange, ...NEW }, pan, pinBlock, whenDown };
  });
}

/** What an exchange has at first. */
const NEW = { attempts: 0, responseCode: null, answer: null } as const;
/** What one has that the host is not asked for. */
const LOCAL = {
  onLoss: "repeat",
  state: "answered",
  mti: "",
  stan: "",
  rrn: "",
  transmitted: "",
  cardId: null,
  fields: {},
  details: {},
} as const;

/** The earlier exchange of a request that came again; throws where it is another request, or still under way. */
function sameRequest(before: Exchange, request: CallerRequest): Exchange {
  if (before.purpose !== request.purpose || before.fingerprint?.equals(request.fingerprint) !== true) {
    throw meshError("REQUEST_ID_REUSED");
  }
  if (before.state === "sending") {
    throw meshError("REQUEST_IN_PROGRESS");
  }
  return before;
}

/** What became of a message on the wire. */
export type SendOutcome =
  | { readonly kind: "answered"; readonly answer: IsoMessage }
  | { readonly kind: "lost" }
  | { readonly kind: "not_sent"; readonly error: NotSentError };

/** Sends a message, as a repeat where it went out before. */
export async function send(
  { link, log, faultOfAnswer }: Pick<ExchangesDeps, "link" | "log" | "faultOfAnswer">,
  exchange: Exchange,
  message: IsoMessage,
  timeoutMs: number,
): Promise<SendOutcome> {
  const { id, attempts, stan, rrn } = exchange;
  const mti = attempts > 0 ? repeatTypeOf(message.mti) : message.mti;
  try {
    const answer = await link.request({ ...message, mti }, timeoutMs);
    const fault = faultOfAnswer(exchange, answer);
    if (fault === undefined) {
      return { kind: "answered", answer };
    }
    // Never used: as good as none.
    log.error({ id, mti, stan, rrn, fault, code: answer.fields[39] }, "unusable answer of the card host");
    return { kind: "lost" };
  } catch (error) {
    if (error instanceof NotSentError) {
      return { kind: "not_sent", error };
    }
    if (error instanceof NoAnswerError) {
      log.warn({ id, mti, stan, rrn, why: error.why }, "no answer of the card host");
      return { kind: "lost" };
    }
    throw error;
  }
}

/** Whom a sealed PIN block belongs to. */
export function ownerOfSecret(tenantId: string, id: string): string {
  return `${tenantId}/exchange/${id}`;
}
