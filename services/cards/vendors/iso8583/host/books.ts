/** What the host knows: accounts, cards, authorizations; and the effects that change it. Amounts in minor units. */
import type { CardRules } from "../link/card-file.ts";

/** An account. */
export interface Account {
  /** ISO 4217, three digits. */
  readonly currency: string;
  /** What it had before any card was used. */
  readonly openingMinor: bigint;
}

/** States of a card, as field 120 writes them: inactive, active, frozen, closed. */
export type CardState = "I" | "A" | "F" | "C";

/** A card. */
export interface Card {
  readonly pan: string;
  readonly account: string;
  /** YYMM. */
  readonly expiry: string;
  readonly state: CardState;
  /** Why it was closed, as the other side counts reasons; "0" while it is not. */
  readonly closeReason: string;
  readonly rules: CardRules;
  /** Closes itself with its first approval. */
  readonly isSingleUse: boolean;
  /** Three digits on the back. */
  readonly securityCode: string;
  /** Reference of its PIN; absent: none. */
  readonly pin?: PinReference;
  /** Wrong PINs in a row. */
  readonly pinFailures: number;
  /** Raised by every change. */
  readonly version: number;
}

/** What a PIN is told by, without being one. */
export interface PinReference {
  /** Zone key that it was made with. */
  readonly keyId: string;
  readonly digest: string;
}

/** States of an authorization: approved, cleared, reversed, expired. */
export type AuthorizationState = "A" | "C" | "R" | "X";

/** An authorization, known by its numbers. */
export interface Authorization {
  readonly pan: string;
  readonly state: AuthorizationState;
  readonly requestedMinor: bigint;
  readonly approvedMinor: bigint;
  readonly heldMinor: bigint;
  readonly reversedMinor: bigint;
  readonly clearedMinor: bigint;
  readonly refundedMinor: bigint;
  readonly disputedMinor: bigint;
  readonly chargedBackMinor: bigint;
  /** Field 38. */
  readonly approvalCode: string;
  /** When it was approved, in milliseconds since 1970. */
  readonly atMs: number;
  /** When what is held is given back. */
  readonly expiresAtMs: number;
  readonly version: number;
}

/** Something added to an authorization. */
export interface Increment {
  /** Numbers of the authorization. */
  readonly authorization: string;
  readonly amountMinor: bigint;
}

/** The books. */
export interface Books {
  readonly accounts: Map<string, Account>;
  readonly cards: Map<string, Card>;
  readonly authorizations: Map<string, Authorization>;
  /** What was added to authorizations, by its own numbers. */
  readonly increments: Map<string, Increment>;
  /** Numbers of the authorizations of each card, in their order. */
  readonly byCard: Map<string, string[]>;
  /** What each account lacks because of its authorizations. */
  readonly lacking: Map<string, bigint>;
  /** Numbers of authorizations that hold something. */
  readonly holding: Set<string>;
  /** None of these expires before then. */
  readonly soonest: { expiryMs: number };
  /** Reversals of what had not come yet: it is refused should it come. */
  readonly reversedUnseen: Set<string>;
}

/** A change of the books. */
export type Effect =
  | { readonly kind: "account"; readonly id: string; readonly account: Account }
  | { readonly kind: "card"; readonly card: Card }
  | { readonly kind: "authorization"; readonly key: string; readonly authorization: Authorization }
  | { readonly kind: "increment"; readonly key: string; readonly increment: Increment }
  | { readonly kind: "reversed_unseen"; readonly key: string };

/** Empty books. */
export function createBooks(): Books {
  return {
    accounts: new Map(),
    cards: new Map(),
    authorizations: new Map(),
    increments: new Map(),
    byCard: new Map(),
    lacking: new Map(),
    holding: new Set(),
    soonest: { expiryMs: Number.POSITIVE_INFINITY },
    reversedUnseen: new Set(),
  };
}

/** Changes the books. */
export function apply(books: Books, effect: Effect): void {
  switch (effect.kind) {
    case "account":
      books.accounts.set(effect.id, effect.account);
      return;
    case "card":
      books.cards.set(effect.card.pan, effect.card);
      return;
    case "authorization":
      applyAuthorization(books, effect.key, effect.authorization);
      return;
    case "increment":
      books.increments.set(effect.key, effect.increment);
      return;
    case "reversed_unseen":
      books.reversedUnseen.add(effect.key);
      return;
    default:
      effect satisfies never;
  }
}

/** What an account can still be asked for. */
export function availableMinor(books: Books, account: string): bigint {
  return (books.accounts.get(account)?.openingMinor ?? 0n) - (books.lacking.get(account) ?? 0n);
}

/** What the funds lack because of an authorization. */
export function lackingMinor(authorization: Authorization): bigint {
  const { heldMinor, clearedMinor, refundedMinor, disputedMinor, chargedBackMinor } = authorization;
  return heldMinor + clearedMinor - refundedMinor - disputedMinor - chargedBackMinor;
}

function applyAuthorization(books: Books, key: string, authorization: Authorization): void {
  const card = books.cards.get(authorization.pan);
  if (card === undefined) {
    throw new Error("an authorization of a card that there is not");
  }
  const before = books.authorizations.get(key);
  const change = lackingMinor(authorization) - (before === undefined ? 0n : lackingMinor(before));
  books.lacking.set(card.account, (books.lacking.get(card.account) ?? 0n) + change);
  books.authorizations.set(key, authorization);
  if (before === undefined) {
    const keys = books.byCard.get(authorization.pan);
    if (keys === undefined) {
      books.byCard.set(authorization.pan, [key]);
    } else {
      keys.push(key);
    }
  }
  if (authorization.heldMinor > 0n) {
    books.holding.add(key);
    books.soonest.expiryMs = Math.min(books.soonest.expiryMs, authorization.expiresAtMs);
  } else {
    books.holding.delete(key);
  }
}
