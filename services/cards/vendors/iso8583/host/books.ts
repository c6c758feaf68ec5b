/** What the host knows: accounts, cards, authorizations; and the effects that change it. */

/** Amounts are in minor units of the account's currency. */
export interface Account {
  readonly currency: string;
  /** What is booked. */
  readonly balanceMinor: bigint;
}

/** States of a card, as the host writes them in field 120. */
export type CardState = "I" | "A" | "F" | "C";

/** A card. */
export interface Card {
  readonly pan: string;
  readonly account: string;
  /** YYMM. */
  readonly expiry: string;
  /** Issued (not active yet), active, frozen, closed. */
  readonly state: CardState;
  /** What the holder may do; absent: no limit. */
  readonly rules: CardRules;
  /** Encrypted PIN block, as it was set; absent: no PIN. */
  readonly pinBlock?: string;
  /** Wrong PINs in a row. */
  readonly pinFailures: number;
}

/** Limits and merchant rules of a card. */
export interface CardRules {
  /** Most per transaction. */
  readonly perTransactionMinor?: bigint;
  /** Most authorized per day (UTC). */
  readonly perDayMinor?: bigint;
  /** The only merchant categories allowed; absent: all. */
  readonly allowedCategories?: readonly string[];
  /** Merchant categories refused. */
  readonly blockedCategories?: readonly string[];
  /** Whether it closes itself with its first approval. */
  readonly isSingleUse?: boolean;
}

/** An authorization, known by its numbers. */
export interface Authorization {
  readonly pan: string;
  /** Approved, incremental ones included, reversals taken off. */
  readonly approvedMinor: bigint;
  /** Still held. */
  readonly openMinor: bigint;
  /** Booked against it. */
  readonly clearedMinor: bigint;
  /** Field 38. */
  readonly approvalCode: string;
  /** Day (UTC) that it counts for. */
  readonly day: string;
}

/** The books. */
export interface Books {
  readonly accounts: Map<string, Account>;
  readonly cards: Map<string, Card>;
  readonly authorizations: Map<string, Authorization>;
  /** What each debit or credit booked, by its numbers: for reversal. */
  readonly postings: Map<string, Posting>;
  /** What was added to authorizations, by its own numbers. */
  readonly increments: Map<string, Increment>;
  /** Held on each account, for authorizations that are open. */
  readonly held: Map<string, bigint>;
  /** Authorized by card and day, "PAN/YYYY-MM-DD". */
  readonly spent: Map<string, bigint>;
  /** Reversals of what had not come yet: it is refused should it come. */
  readonly reversedUnseen: Set<string>;
}

/** Something booked on an account. */
export interface Posting {
  readonly account: string;
  /** Negative takes from the account. */
  readonly amountMinor: bigint;
  /** Authorization that it was booked against. */
  readonly authorization?: string;
}

/** Something added to an authorization. */
export interface Increment {
  /** Numbers of the authorization. */
  readonly authorization: string;
  readonly amountMinor: bigint;
}

/** A change of the books. */
export type Effect =
  | { readonly kind: "account"; readonly id: string; readonly account: Account }
  | { readonly kind: "card"; readonly card: Card }
  | { readonly kind: "authorization"; readonly key: string; readonly authorization: Authorization }
  | { readonly kind: "posting"; readonly key: string; readonly posting: Posting }
  | { readonly kind: "posting_left"; readonly key: string; readonly posting: Posting }
  | { readonly kind: "increment"; readonly key: string; readonly increment: Increment }
  | { readonly kind: "reversed_unseen"; readonly key: string };

/** Empty books. */
export function createBooks(): Books {
  return {
    accounts: new Map(),
    cards: new Map(),
    authorizations: new Map(),
    postings: new Map(),
    increments: new Map(),
    held: new Map(),
    spent: new Map(),
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
    case "authorization": {
      const before = books.authorizations.get(effect.key);
      const { pan, day, openMinor, approvedMinor } = effect.authorization;
      add(books.held, accountOf(books, pan), openMinor - (before?.openMinor ?? 0n));
      add(books.spent, `${pan}/${day}`, approvedMinor - (before?.approvedMinor ?? 0n));
      books.authorizations.set(effect.key, effect.authorization);
      return;
    }
    case "posting": {
      const { account: id, amountMinor } = effect.posting;
      const account = books.accounts.get(id);
      if (account === undefined) {
        throw new Error(`a posting to the account ${id}, which there is not`);
      }
      books.postings.set(effect.key, effect.posting);
      books.accounts.set(id, { ...account, balanceMinor: account.balanceMinor + amountMinor });
      return;
    }
    case "posting_left":
      // What of an earlier one can still be taken back; the account was changed by the posting that took the rest.
      books.postings.set(effect.key, effect.posting);
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
  return (books.accounts.get(account)?.balanceMinor ?? 0n) - (books.held.get(account) ?? 0n);
}

function accountOf(books: Books, pan: string): string {
  const card = books.cards.get(pan);
  if (card === undefined) {
    throw new Error("an authorization of a card that there is not");
  }
  return card.account;
}

function add(sums: Map<string, bigint>, key: string, amountMinor: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amountMinor);
}
