/** What the reference vendor remembers: all in memory, one set of books for each tenant. */
import { create, type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import type { ProviderAuthorization, ProviderCard } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { type Money, MoneySchema } from "#gen/malla/type/v1/money_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";

/** A card with what only its vault knows. */
export interface KeptCard {
  card: ProviderCard;
  readonly number: string;
  readonly securityCode: string;
  pin: string | undefined;
  wrongPins: number;
}

/** An authorization with what its moves need besides. */
export interface KeptAuthorization {
  authorization: ProviderAuthorization;
  readonly keptCard: KeptCard | undefined;
  readonly atMs: number;
  readonly expireMs: number;
}

/** A link that was not used yet. */
export interface KeptLink {
  readonly keptCard: KeptCard;
  readonly scopes: readonly number[];
  readonly expireMs: number;
}

/** What was answered to a request. */
export interface KeptAnswer {
  readonly method: string;
  readonly content: string;
  readonly answer: Message;
}

/** One tenant's books. */
export interface Books {
  /** What each funding account has, in minor units. */
  readonly funds: Map<string, { readonly currency: string; minor: bigint }>;
  readonly cards: Map<string, KeptCard>;
  readonly tokens: Map<string, KeptCard>;
  readonly authorizations: Map<string, KeptAuthorization>;
  readonly links: Map<string, KeptLink>;
  readonly answers: Map<string, KeptAnswer>;
  /** Requests that were reversed before they came. */
  readonly reversedUnseen: Set<string>;
}

/** Funding accounts of every tenant: parameters of the suite name them. */
export const REFERENCE_PARAMETERS = { funding_account: "funded", empty_account: "empty", currency: "BRL" } as const;
const OPENING_MINOR = 1_000_00n;

/** Books as new. */
export function openBooks(): Books {
  return {
    funds: new Map([
      ["funded", { currency: "BRL", minor: OPENING_MINOR }],
      ["empty", { currency: "BRL", minor: 0n }],
    ]),
    cards: new Map(),
    tokens: new Map(),
    authorizations: new Map(),
    links: new Map(),
    answers: new Map(),
    reversedUnseen: new Set(),
  };
}

/** Does the work of a request once; sent again, the first answer is repeated. */
export function once<Answer extends Message>(
  books: Books,
  method: string,
  desc: DescMessage,
  request: Message & { readonly requestId: string },
  work: () => Answer,
): Answer {
  const content = Buffer.from(toBinary(desc, request)).toString("base64");
  const first = books.answers.get(request.requestId);
  if (first !== undefined) {
    if (first.method !== method || first.content !== content) {
      throw meshError("REQUEST_ID_REUSED");
    }
    // Kept under this method's name, so of its type.
    return first.answer as Answer;
  }
  const answer = work();
  books.answers.set(request.requestId, { method, content, answer: structuredClone(answer) });
  return answer;
}

/** An amount. */
export function money(currencyCode: string, minorUnits: bigint): Money {
  return create(MoneySchema, { currencyCode, minorUnits });
}

/** Minor units of an amount; an absent one has none. */
export function minorOf(amount: Money | undefined): bigint {
  return amount?.minorUnits ?? 0n;
}
