/** One request to the host with what came of it: the states it goes through, whoever and whatever dies on the way. */
import type { IsoMessage } from "../link/codec.ts";
import type { ExchangeNumbers } from "../link/numbers.ts";

/**
 * sending: it may be on its way. queued: to be sent again. lost: no answer came, and its reversal is on its way.
 * answered and reversed are final: what the host did is known.
 */
export type ExchangeState = "sending" | "queued" | "lost" | "answered" | "reversed";

/** When no answer came: take it back (authorizations), or say it again until it is answered (what has happened anyhow). */
export type OnLoss = "reverse" | "repeat";

/** An exchange. */
export interface Exchange extends ExchangeNumbers {
  readonly tenantId: string;
  /** The caller's request_id; of an automatic reversal, an id of its own. */
  readonly id: string;
  /** What it is for, e.g. "authorize": decides what its answer changes. */
  readonly purpose: string;
  readonly onLoss: OnLoss;
  readonly state: ExchangeState;
  readonly mti: string;
  readonly cardId: string | null;
  /** Fields but numbers, PAN and PIN block. */
  readonly fields: IsoMessage["fields"];
  /** A PIN block, sealed, for as long as it may have to be sent again. */
  readonly secretSealed: Buffer | null;
  /** What the vendor wants to know of it when its answer comes. */
  readonly details: unknown;
  readonly reversesId: string | null;
  readonly attempts: number;
  readonly responseCode: string | null;
  /** Fields of the answer but the PAN. */
  readonly answer: IsoMessage["fields"] | null;
  /** What the caller is answered: a message of the contract; absent until it is known what the host did. */
  readonly response: Buffer | null;
  /** Digest of the caller's request. */
  readonly fingerprint: Buffer | null;
}

/** Whether it is known what the host did. */
export function isFinal({ state }: Pick<Exchange, "state">): boolean {
  return state === "answered" || state === "reversed";
}

/** The message of an exchange, whole again. */
export function messageOf(
  exchange: Pick<Exchange, "mti" | "fields" | keyof ExchangeNumbers>,
  pan: string | undefined,
  pinBlock: string | undefined,
): IsoMessage {
  const { mti, fields, stan, rrn, transmitted } = exchange;
  return { mti, fields: { ...fields, 2: pan, 7: transmitted, 11: stan, 37: rrn, 52: pinBlock } };
}
