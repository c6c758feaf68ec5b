/** A card processor in memory that keeps every clause: the measure of the suite, and what broken vendors are made of. */
import { randomInt, randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type HandlerContext, Code as RpcCode, type ServiceImpl } from "@connectrpc/connect";
import {
  Card_State,
  CardCloseReason,
  CardForm,
  CardTokenSchema,
  RevealedCardSchema,
  RevealLinkSchema,
  RevealScope,
} from "#gen/malla/cards/v1/card_pb.js";
import {
  CardsProviderService,
  CheckPinResponseSchema,
  type MoveResponse,
  Operation_State,
  OperationSchema,
  type ProvideCardRequest,
  type ProviderCard,
  ProviderCardSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";
import { callerKey } from "#platform/rpc/call.ts";
import { FEATURES } from "../features.ts";
import { authorize } from "./authorize.ts";
import { type Books, type KeptAuthorization, type KeptCard, once, openBooks } from "./books.ts";
import { DECLINES } from "./codes.ts";
import { answer, clear, dispute, expire, increment, refund, reverse } from "./moves.ts";
import { checkPin, decipherPin, pinRefused } from "./pins.ts";

/** BIN of the reference's cards: nobody's. */
const BIN = "999999";
const VALID_YEARS = 4;

/** The vendor. */
export type CardsVendor = ServiceImpl<typeof CardsProviderService>;

/** A vendor and the books that it keeps, so that a broken one can cook them. */
export interface Reference {
  readonly vendor: CardsVendor;
  readonly booksOf: (context: HandlerContext) => Books;
}

/** Makes one. `tenantOf`: whose books a call is about. */
export function createReference(tenantOf: (caller: string) => string = (caller) => caller): Reference {
  const tenants = new Map<string, Books>();
  const booksOf = (context: HandlerContext): Books => {
    const tenant = tenantOf(context.values.get(callerKey)?.tenant ?? "");
    const books = tenants.get(tenant) ?? openBooks();
    tenants.set(tenant, books);
    for (const kept of books.authorizations.values()) {
      expire(books, kept, Date.now());
    }
    return books;
  };
  return { booksOf, vendor: createVendor(booksOf) };
}

const { method } = CardsProviderService;

function createVendor(booksOf: Reference["booksOf"]): CardsVendor {
  return {
    getCapabilities: () => ({
      capability: "cards",
      vendor: "reference",
      version: "1.0.0",
      features: [...FEATURES],
    }),
    provideCard: (request, context) => {
      const books = booksOf(context);
      return once(books, "provideCard", method.provideCard.input, request, () => issue(books, request).card);
    },
    readCard: ({ card }, context) => requireCard(booksOf(context), card).card,
    moveCard: (request, context) => {
      const books = booksOf(context);
      return once(books, "moveCard", method.moveCard.input, request, () => {
        const kept = requireCard(books, request.card);
        return moveTo(kept, request.state, request.closeReason);
      });
    },
    renewCard: (request, context) => {
      const books = booksOf(context);
      return once(books, "renewCard", method.renewCard.input, request, () => {
        const kept = requireCard(books, request.card);
        requireOpen(kept);
        moveTo(kept, Card_State.CLOSED, request.closeReason);
        return issue(books, kept.card, kept.card.card).card;
      });
    },
    setCardControls: (request, context) => {
      const books = booksOf(context);
      return once(books, "setCardControls", method.setCardControls.input, request, () => {
        const kept = requireCard(books, request.card);
        requireOpen(kept);
        const { transactionLimit, dailyLimit } = request.controls ?? {};
        if (
          [transactionLimit, dailyLimit].some(
            (limit) => limit !== undefined && limit.currencyCode !== kept.card.currencyCode,
          )
        ) {
          throw refused(RpcCode.FailedPrecondition, "CURRENCY_MISMATCH");
        }
        const { controls: _, ...rest } = kept.card;
        return change(kept, request.controls === undefined ? rest : { ...rest, controls: request.controls });
      });
    },
    assignPin: (request, context) => {
      const books = booksOf(context);
      return once(books, "assignPin", method.assignPin.input, request, () => {
        const kept = requireCard(books, request.card);
        requireOpen(kept);
        const read = request.pinBlock === undefined ? undefined : decipherPin(kept, request.pinBlock);
        if (read === undefined || "fault" in read) {
          throw pinRefused(read?.fault ?? "PIN_BLOCK_INVALID");
        }
        kept.pin = read.pin;
        kept.wrongPins = 0;
        return change(kept, { ...kept.card, hasPin: true });
      });
    },
    checkPin: (request, context) => {
      const books = booksOf(context);
      return once(books, "checkPin", method.checkPin.input, request, () => {
        const kept = requireCard(books, request.card);
        if (kept.pin === undefined || request.pinBlock === undefined) {
          throw pinRefused("PIN_NOT_SET");
        }
        const read = decipherPin(kept, request.pinBlock);
        if ("fault" in read) {
          throw pinRefused(read.fault);
        }
        const code = checkPin(kept, request.pinBlock);
        return create(CheckPinResponseSchema, { responseCode: code, declineReason: DECLINES[code] });
      });
    },
    makeToken: (request, context) => {
      const books = booksOf(context);
      return once(books, "makeToken", method.makeToken.input, request, () => {
        const kept = requireCard(books, request.card);
        requireOpen(kept);
        const token = `tok_${randomUUID()}`;
        books.tokens.set(token, kept);
        const lastFour = String(randomInt(10_000)).padStart(4, "0");
        return create(CardTokenSchema, { token, requestor: request.requestor, lastFour });
      });
    },
    makeRevealLink: (request, context) => {
      const books = booksOf(context);
      return once(books, "makeRevealLink", method.makeRevealLink.input, request, () => {
        const keptCard = requireCard(books, request.card);
        requireOpen(keptCard);
        const revealToken = `rev_${randomUUID()}`;
        const expireMs = Date.now() + request.validSeconds * 1_000;
        books.links.set(revealToken, { keptCard, scopes: request.scopes, expireMs });
        return create(RevealLinkSchema, { revealToken, expireTime: timestampFromMs(expireMs) });
      });
    },
    reveal: ({ revealToken }, context) => {
      const books = booksOf(context);
      const link = books.links.get(revealToken);
      books.links.delete(revealToken);
      if (link === undefined || Date.now() >= link.expireMs) {
        throw refused(RpcCode.NotFound, "REVEAL_LINK_NOT_FOUND");
      }
      const { card, number, securityCode } = link.keptCard;
      return create(RevealedCardSchema, {
        number: link.scopes.includes(RevealScope.NUMBER) ? number : "",
        securityCode: link.scopes.includes(RevealScope.SECURITY_CODE) ? securityCode : "",
        expiryYear: card.expiryYear,
        expiryMonth: card.expiryMonth,
      });
    },
    authorize: (request, context) => {
      const books = booksOf(context);
      return once(books, "authorize", method.authorize.input, request, () => authorize(books, request));
    },
    readAuthorization: ({ authorization }, context) =>
      requireAuthorization(booksOf(context), authorization).authorization,
    increment: (request, context) => {
      const books = booksOf(context);
      return once(books, "increment", method.increment.input, request, () =>
        increment(books, requireAuthorization(books, request.authorization), request),
      );
    },
    reverse: (request, context) => {
      const books = booksOf(context);
      return once(books, "reverse", method.reverse.input, request, (): MoveResponse => {
        const kept = [...books.authorizations.values()].find(
          ({ authorization }) => authorization.requestId === request.authorizeRequestId,
        );
        if (kept !== undefined) {
          return reverse(books, kept, request);
        }
        books.reversedUnseen.add(request.authorizeRequestId);
        return answer("00", undefined);
      });
    },
    clear: (request, context) => {
      const books = booksOf(context);
      return once(books, "clear", method.clear.input, request, () =>
        clear(books, requireAuthorization(books, request.authorization), request),
      );
    },
    refund: (request, context) => {
      const books = booksOf(context);
      return once(books, "refund", method.refund.input, request, () =>
        refund(books, requireAuthorization(books, request.authorization), request),
      );
    },
    dispute: (request, context) => {
      const books = booksOf(context);
      return once(books, "dispute", method.dispute.input, request, () =>
        dispute(books, requireAuthorization(books, request.authorization), request),
      );
    },
    lookupOperation: ({ requestId }, context) => {
      const kept = booksOf(context).answers.get(requestId);
      if (kept === undefined) {
        return create(OperationSchema, { requestId, state: Operation_State.NOT_SEEN });
      }
      const done = { requestId, state: Operation_State.DONE };
      switch (kept.answer.$typeName) {
        case "malla.cards.v1.ProviderCard":
          return create(OperationSchema, { ...done, answer: { case: "card", value: kept.answer as ProviderCard } });
        case "malla.cards.v1.MoveResponse":
          return create(OperationSchema, { ...done, answer: { case: "move", value: kept.answer as MoveResponse } });
        default:
          return create(OperationSchema, done);
      }
    },
  };
}

type NewCard = Pick<ProvideCardRequest, "form" | "fundingAccount" | "currencyCode" | "controls">;

function issue(books: Books, { form, fundingAccount, currencyCode, controls }: NewCard, replaces = ""): KeptCard {
  const fund = books.funds.get(fundingAccount);
  if (fund === undefined) {
    throw refused(RpcCode.FailedPrecondition, "FUNDING_ACCOUNT_NOT_FOUND");
  }
  if (fund.currency !== currencyCode) {
    throw refused(RpcCode.FailedPrecondition, "CURRENCY_MISMATCH");
  }
  const number = withCheckDigit(BIN + String(randomInt(1_000_000_000)).padStart(9, "0"));
  const card = create(ProviderCardSchema, {
    card: `card_${randomUUID()}`,
    form,
    state: form === CardForm.PHYSICAL ? Card_State.INACTIVE : Card_State.ACTIVE,
    bin: BIN,
    lastFour: number.slice(-4),
    expiryYear: new Date().getUTCFullYear() + VALID_YEARS,
    expiryMonth: new Date().getUTCMonth() + 1,
    currencyCode,
    fundingAccount,
    replaces,
    version: 1n,
    ...(controls === undefined ? {} : { controls }),
  });
  const kept: KeptCard = {
    card,
    number,
    securityCode: String(randomInt(1_000)).padStart(3, "0"),
    pin: undefined,
    wrongPins: 0,
  };
  books.cards.set(card.card, kept);
  return kept;
}

function moveTo(kept: KeptCard, state: Card_State, closeReason: CardCloseReason): ProviderCard {
  const { card } = kept;
  if (card.state === state) {
    return card;
  }
  const isAllowed = state === Card_State.FROZEN ? card.state === Card_State.ACTIVE : card.state !== Card_State.CLOSED;
  if (!isAllowed) {
    throw refused(RpcCode.FailedPrecondition, "CARD_STATE_NOT_ALLOWED");
  }
  return change(kept, {
    ...card,
    state,
    closeReason: state === Card_State.CLOSED ? closeReason : CardCloseReason.UNSPECIFIED,
  });
}

function change(kept: KeptCard, card: ProviderCard): ProviderCard {
  kept.card = { ...card, version: card.version + 1n };
  return kept.card;
}

function requireCard(books: Books, card: string): KeptCard {
  const kept = books.cards.get(card);
  if (kept === undefined) {
    throw refused(RpcCode.NotFound, "CARD_NOT_FOUND");
  }
  return kept;
}

function requireOpen({ card }: KeptCard): void {
  if (card.state === Card_State.CLOSED) {
    throw refused(RpcCode.FailedPrecondition, "CARD_STATE_NOT_ALLOWED");
  }
}

function requireAuthorization(books: Books, authorization: string): KeptAuthorization {
  const kept = books.authorizations.get(authorization);
  if (kept === undefined) {
    throw refused(RpcCode.NotFound, "AUTHORIZATION_NOT_FOUND");
  }
  return kept;
}

/** The error of a refusal. */
export function refused(code: RpcCode, reason: string): Error {
  return rpcError({ code, reason, domain: "cards.malla", message: "the reference vendor refuses" });
}

/** A number with its check digit: ISO/IEC 7812-1, Luhn. */
function withCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
