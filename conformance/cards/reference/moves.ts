/** The moves of an authorization in the reference vendor. */
import { create } from "@bufbuild/protobuf";
import { ChargebackOutcome, AuthorizationState as State } from "#gen/malla/cards/v1/authorization_pb.js";
import {
  type ClearRequest,
  type DisputeRequest,
  type IncrementRequest,
  type MoveResponse,
  MoveResponseSchema,
  type ProviderAuthorization,
  type RefundRequest,
  type ReverseRequest,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Money } from "#gen/malla/type/v1/money_pb.js";
import { type Books, type KeptAuthorization, minorOf, money } from "./books.ts";
import { type Code, DECLINES } from "./codes.ts";

/** How much more than was approved may be cleared, as a divisor: a fifth. */
const TOLERANCE_DIVISOR = 5n;

/** Amounts of an authorization while a move works on them, in minor units. */
interface Amounts {
  approved: bigint;
  held: bigint;
  reversed: bigint;
  cleared: bigint;
  refunded: bigint;
  disputed: bigint;
  chargedBack: bigint;
}

/** The answer to a move. */
export function answer(code: Code, authorization: ProviderAuthorization | undefined): MoveResponse {
  return create(MoveResponseSchema, {
    responseCode: code,
    declineReason: DECLINES[code],
    ...(authorization === undefined ? {} : { authorization: structuredClone(authorization) }),
  });
}

/** Holds more. */
export function increment(books: Books, kept: KeptAuthorization, { amount }: IncrementRequest): MoveResponse {
  return move(books, kept, amount, (amounts, minor, fund) => {
    if (kept.authorization.state !== State.APPROVED) {
      return "12";
    }
    if (minor > fund.minor) {
      return "51";
    }
    amounts.approved += minor;
    amounts.held += minor;
    return State.APPROVED;
  });
}

/** Gives back what is held. */
export function reverse(books: Books, kept: KeptAuthorization, { amount }: ReverseRequest): MoveResponse {
  const all = kept.authorization.heldAmount;
  return move(books, kept, amount ?? all, (amounts, minor) => {
    if (kept.authorization.state !== State.APPROVED) {
      return "12";
    }
    if (minor > amounts.held) {
      return "13";
    }
    amounts.held -= minor;
    amounts.reversed += minor;
    if (amounts.held > 0n) {
      return State.APPROVED;
    }
    return amounts.cleared > 0n ? State.CLEARED : State.REVERSED;
  });
}

/** Takes money. */
export function clear(books: Books, kept: KeptAuthorization, { amount, isFinal }: ClearRequest): MoveResponse {
  const { state } = kept.authorization;
  return move(books, kept, amount, (amounts, minor, fund) => {
    if (state !== State.APPROVED && state !== State.EXPIRED) {
      return "12";
    }
    const owed = amounts.approved - amounts.reversed;
    if (amounts.cleared + minor > owed + owed / TOLERANCE_DIVISOR) {
      return "13";
    }
    if (minor > amounts.held + fund.minor) {
      return "51";
    }
    amounts.cleared += minor;
    amounts.held = isFinal || minor > amounts.held ? 0n : amounts.held - minor;
    return isFinal ? State.CLEARED : state;
  });
}

/** Gives cleared money back. */
export function refund(books: Books, kept: KeptAuthorization, { amount }: RefundRequest): MoveResponse {
  return move(books, kept, amount, (amounts, minor) => {
    if (minor > returnable(amounts)) {
      return "13";
    }
    amounts.refunded += minor;
    return kept.authorization.state;
  });
}

/** Opens or ends a chargeback. */
export function dispute(books: Books, kept: KeptAuthorization, { step }: DisputeRequest): MoveResponse {
  const { state } = kept.authorization;
  if (step.case === "openAmount") {
    return move(books, kept, step.value, (amounts, minor) => {
      if (amounts.disputed > 0n) {
        return "12";
      }
      if (minor > returnable(amounts)) {
        return "13";
      }
      amounts.disputed = minor;
      return state;
    });
  }
  return move(books, kept, kept.authorization.disputedAmount, (amounts, minor, fund) => {
    if (minor === 0n) {
      return "12";
    }
    if (step.value === ChargebackOutcome.LOST && minor > fund.minor) {
      return "51";
    }
    amounts.chargedBack += step.value === ChargebackOutcome.WON ? minor : 0n;
    amounts.disputed = 0n;
    return state;
  });
}

/** Lets a hold whose time has passed go. */
export function expire(books: Books, kept: KeptAuthorization, atMs: number): void {
  const { authorization } = kept;
  if (authorization.state === State.APPROVED && atMs >= kept.expireMs) {
    apply(books, kept, { ...amountsOf(authorization), held: 0n }, State.EXPIRED);
  }
}

/** Works on a copy of the amounts; what the funds lack follows from what came out. */
function move(
  books: Books,
  kept: KeptAuthorization,
  amount: Money | undefined,
  work: (amounts: Amounts, minor: bigint, fund: { minor: bigint }) => Code | State,
): MoveResponse {
  const { authorization } = kept;
  if (amount?.currencyCode !== kept.keptCard?.card.currencyCode) {
    return answer("57", authorization);
  }
  if (amount === undefined || amount.minorUnits < 0n) {
    return answer("13", authorization);
  }
  const amounts = amountsOf(authorization);
  const outcome = work(amounts, amount.minorUnits, fundOf(books, kept));
  if (typeof outcome === "string") {
    return answer(outcome, authorization);
  }
  apply(books, kept, amounts, outcome);
  return answer("00", kept.authorization);
}

function apply(books: Books, kept: KeptAuthorization, amounts: Amounts, state: State): void {
  const { authorization } = kept;
  fundOf(books, kept).minor -= lackOf(amounts) - lackOf(amountsOf(authorization));
  const of = (minor: bigint) => money(kept.keptCard?.card.currencyCode ?? "", minor);
  kept.authorization = {
    ...authorization,
    state,
    approvedAmount: of(amounts.approved),
    heldAmount: of(amounts.held),
    reversedAmount: of(amounts.reversed),
    clearedAmount: of(amounts.cleared),
    refundedAmount: of(amounts.refunded),
    disputedAmount: of(amounts.disputed),
    chargedBackAmount: of(amounts.chargedBack),
    version: authorization.version + 1n,
  };
}

function amountsOf(authorization: ProviderAuthorization): Amounts {
  return {
    approved: minorOf(authorization.approvedAmount),
    held: minorOf(authorization.heldAmount),
    reversed: minorOf(authorization.reversedAmount),
    cleared: minorOf(authorization.clearedAmount),
    refunded: minorOf(authorization.refundedAmount),
    disputed: minorOf(authorization.disputedAmount),
    chargedBack: minorOf(authorization.chargedBackAmount),
  };
}

/** What the holder's funds lack because of it. */
function lackOf({ held, cleared, refunded, disputed, chargedBack }: Amounts): bigint {
  return held + cleared - refunded - disputed - chargedBack;
}

function returnable({ cleared, refunded, disputed, chargedBack }: Amounts): bigint {
  return cleared - refunded - disputed - chargedBack;
}

/** The funds behind an authorization; one of no card has none. */
export function fundOf(books: Books, { keptCard }: Pick<KeptAuthorization, "keptCard">): { minor: bigint } {
  return books.funds.get(keptCard?.card.fundingAccount ?? "") ?? { minor: 0n };
}
