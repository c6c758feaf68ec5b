/** Processors that are wrong about what is held. */
import { randomUUID } from "node:crypto";
import { AuthorizationState, DeclineReason } from "#gen/malla/cards/v1/authorization_pb.js";
import { minorOf } from "../reference/books.ts";
import { answer as answerOf, fundOf } from "../reference/moves.ts";
import { type Broken, bendAuthorize, broken, keptOf, moved } from "./breaking.ts";

export const brokenAuthorizations: readonly Broken[] = [
  broken("anonymous", "approves without an approval code", ["CARDS-008", "CARDS-030"], (reference) =>
    bendAuthorize(reference, (answer) =>
      answer.authorization === undefined
        ? answer
        : { ...answer, authorization: { ...answer.authorization, approvalCode: "" } },
    ),
  ),
  broken("lender", "approves over the funds", ["CARDS-031"], ({ vendor, booksOf }) => ({
    authorize: (request, context) => {
      const books = booksOf(context);
      const fund = books.funds.get("empty");
      if (books.cards.get(request.instrument.value ?? "")?.card.fundingAccount === "empty" && fund !== undefined) {
        fund.minor = minorOf(request.terms?.amount);
      }
      return vendor.authorize(request, context);
    },
  })),
  broken("vague", "declines unknown cards without saying why", ["CARDS-004", "CARDS-032"], (reference) =>
    bendAuthorize(reference, (answer) =>
      answer.responseCode === "14"
        ? { ...answer, responseCode: "05", declineReason: DeclineReason.DO_NOT_HONOR }
        : answer,
    ),
  ),
  broken("moneychanger", "takes every currency for the card's", ["CARDS-033"], ({ vendor }) => ({
    authorize: (request, context) => {
      const { terms } = request;
      if (terms?.amount === undefined) {
        return vendor.authorize(request, context);
      }
      const amount = { ...terms.amount, currencyCode: "BRL" };
      return vendor.authorize({ ...request, terms: { ...terms, amount } }, context);
    },
  })),
  broken("double-holder", "holds again for a request that comes again", ["CARDS-034"], (reference) => ({
    authorize: (request, context) => {
      const kept = keptOf(reference, context, { requestId: request.requestId });
      if (kept !== undefined) {
        fundOf(reference.booksOf(context), kept).minor -= minorOf(kept.authorization.heldAmount);
      }
      return reference.vendor.authorize(request, context);
    },
  })),
  broken("pushy", "approves in part also where that is not allowed", ["CARDS-035"], ({ vendor }) => ({
    authorize: (request, context) => {
      const { terms } = request;
      return vendor.authorize(
        terms === undefined ? request : { ...request, terms: { ...terms, partialApprovalAllowed: true } },
        context,
      );
    },
  })),
  broken("resentful", "gives the hold back when it declines an increment", ["CARDS-036"], (reference) => ({
    increment: async (request, context) => {
      const answer = await moved(reference.vendor.increment(request, context));
      const kept = keptOf(reference, context, { reference: request.authorization });
      if (answer.responseCode === "51" && kept !== undefined) {
        const authorizeRequestId = kept.authorization.requestId;
        const requestId = randomUUID();
        const reversal = { $typeName: "malla.cards.v1.ReverseRequest" as const, authorizeRequestId, requestId };
        return { ...answer, ...(await moved(reference.vendor.reverse(reversal, context))), responseCode: "51" };
      }
      return answer;
    },
  })),
  broken("double-giver", "gives back again with a second reversal", ["CARDS-037"], (reference) => ({
    reverse: async (request, context) => {
      const answer = await moved(reference.vendor.reverse(request, context));
      const kept = keptOf(reference, context, { requestId: request.authorizeRequestId });
      if (answer.responseCode === "12" && kept !== undefined) {
        fundOf(reference.booksOf(context), kept).minor += minorOf(kept.authorization.reversedAmount);
      }
      return answer;
    },
  })),
  broken("all-or-nothing", "gives back all where a part was asked for", ["CARDS-038"], ({ vendor }) => ({
    reverse: ({ amount: _, ...request }, context) => vendor.reverse(request, context),
  })),
  broken("late-riser", "approves late what was reversed before it came", ["CARDS-039"], ({ vendor, booksOf }) => ({
    authorize: (request, context) => {
      booksOf(context).reversedUnseen.clear();
      return vendor.authorize(request, context);
    },
  })),
  broken("undead", "clears what was reversed", ["CARDS-040"], (reference) => ({
    clear: (request, context) => {
      const kept = keptOf(reference, context, { reference: request.authorization });
      if (kept?.authorization.state === AuthorizationState.REVERSED) {
        kept.authorization = { ...kept.authorization, state: AuthorizationState.EXPIRED };
      }
      return reference.vendor.clear(request, context);
    },
  })),
  broken(
    "hoarder",
    "keeps the rest after the final clearing",
    ["CARDS-041", "CARDS-042", "CARDS-043", "CARDS-047"],
    ({ vendor }) => ({
      clear: (request, context) => vendor.clear({ ...request, isFinal: false }, context),
    }),
  ),
  broken("double-taker", "takes again for a clearing that comes again", ["CARDS-043"], ({ vendor }) => ({
    clear: (request, context) => vendor.clear({ ...request, requestId: randomUUID() }, context),
  })),
  broken("strict", "takes nothing over what it approved", ["CARDS-044"], (reference) => ({
    clear: (request, context) => {
      const kept = keptOf(reference, context, { reference: request.authorization });
      const { approvedAmount, clearedAmount } = kept?.authorization ?? {};
      return minorOf(request.amount) > minorOf(approvedAmount) - minorOf(clearedAmount)
        ? answerOf("13", kept?.authorization)
        : reference.vendor.clear(request, context);
    },
  })),
  broken("lax", "takes whatever is cleared", ["CARDS-007", "CARDS-044"], (reference) => ({
    clear: (request, context) => {
      const kept = keptOf(reference, context, { reference: request.authorization });
      if (kept?.authorization.approvedAmount !== undefined) {
        const approvedAmount = { ...kept.authorization.approvedAmount, minorUnits: 1_000_00n };
        kept.authorization = { ...kept.authorization, approvedAmount };
      }
      return reference.vendor.clear(request, context);
    },
  })),
  broken("ditherer", "holds what it was asked to take at once", ["CARDS-045"], ({ vendor }) => ({
    authorize: (request, context) => {
      const { terms } = request;
      return vendor.authorize(
        terms === undefined ? request : { ...request, terms: { ...terms, isSingleMessage: false } },
        context,
      );
    },
  })),
  broken("eternal", "never lets a hold go by itself", ["CARDS-046", "CARDS-047"], ({ vendor }) => ({
    authorize: (request, context) => {
      const { terms } = request;
      return vendor.authorize(
        terms === undefined ? request : { ...request, terms: { ...terms, holdSeconds: 0 } },
        context,
      );
    },
  })),
  broken("punctual", "takes no clearing that comes late", ["CARDS-047"], (reference) => ({
    clear: (request, context) => {
      const kept = keptOf(reference, context, { reference: request.authorization });
      return kept?.authorization.state === AuthorizationState.EXPIRED
        ? answerOf("12", kept.authorization)
        : reference.vendor.clear(request, context);
    },
  })),
  broken("fountain", "refunds more than was cleared", ["CARDS-048"], (reference) => ({
    refund: (request, context) => {
      const kept = keptOf(reference, context, { reference: request.authorization });
      if (kept?.authorization.refundedAmount !== undefined && minorOf(request.amount) === 4_01n) {
        kept.authorization = {
          ...kept.authorization,
          refundedAmount: { ...kept.authorization.refundedAmount, minorUnits: 0n },
        };
      }
      return reference.vendor.refund(request, context);
    },
  })),
  broken("merchant-friend", "takes back also what the holder won", ["CARDS-049"], ({ vendor }) => ({
    dispute: (request, context) => {
      const { step } = request;
      // WON is 1 and LOST is 2.
      return vendor.dispute(
        step.case === "outcome" ? { ...request, step: { case: "outcome", value: 2 } } : request,
        context,
      );
    },
  })),
];
