/** Processors that are wrong about cards, or in every call. */
import { randomUUID } from "node:crypto";
import { create, isMessage } from "@bufbuild/protobuf";
import { Card_State, CardCloseReason, CardForm } from "#gen/malla/cards/v1/card_pb.js";
import { MoveResponseSchema, Operation_State, OperationSchema } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { FEATURES } from "../features.ts";
import { createReference } from "../reference/reference.ts";
import { type Broken, bendAuthorize, broken, carded, keptOf, moved } from "./breaking.ts";

const says = (features: readonly string[]) => ({
  capability: "cards",
  vendor: "broken",
  version: "1.0.0",
  features: [...features],
});

export const brokenCards: readonly Broken[] = [
  broken("boaster", "advertises what the contract does not know", ["CARDS-001"], () => ({
    getCapabilities: () => says([...FEATURES, "cards.cashback"]),
  })),
  broken("stutterer", "issues another card for a request that comes twice", ["CARDS-002"], ({ vendor }) => ({
    provideCard: (request, context) => vendor.provideCard({ ...request, requestId: randomUUID() }, context),
  })),
  broken("inattentive", "repeats its answer whatever the request says", ["CARDS-003"], ({ vendor, booksOf }) => ({
    authorize: (request, context) => {
      const first = booksOf(context).answers.get(request.requestId)?.answer;
      return isMessage(first, MoveResponseSchema) ? first : vendor.authorize(request, context);
    },
  })),
  {
    name: "open-house",
    says: "keeps one set of books for all tenants",
    fails: ["CARDS-004"],
    make: () => createReference(() => "everybody").vendor,
  },
  broken("blabber", "names cards by their numbers", ["CARDS-005"], ({ vendor, booksOf }) => ({
    provideCard: async (request, context) => {
      const { card } = await carded(vendor.provideCard(request, context));
      const books = booksOf(context);
      const kept = books.cards.get(card);
      if (kept === undefined) {
        return carded(vendor.provideCard(request, context));
      }
      kept.card = { ...kept.card, card: kept.number };
      books.cards.set(kept.number, kept);
      const first = books.answers.get(request.requestId);
      if (first !== undefined) {
        books.answers.set(request.requestId, { ...first, answer: kept.card });
      }
      return kept.card;
    },
  })),
  broken("secretive", "serves refunds without saying so", ["CARDS-006"], () => ({
    getCapabilities: () => says(FEATURES.filter((feature) => feature !== "cards.refund")),
  })),
  broken("timeless", "does not count changes", ["CARDS-007"], (reference) => ({
    reverse: async (request, context) => {
      const answer = await moved(reference.vendor.reverse(request, context));
      const kept = keptOf(reference, context, { requestId: request.authorizeRequestId });
      if (kept !== undefined) {
        kept.authorization = { ...kept.authorization, version: 1n };
      }
      return answer;
    },
  })),
  broken("forgetful", "does not know what it did", ["CARDS-008"], () => ({
    lookupOperation: ({ requestId }) => create(OperationSchema, { requestId, state: Operation_State.NOT_SEEN }),
  })),
  broken(
    "hasty",
    "issues plastic that pays before it is activated",
    ["CARDS-010", "CARDS-013"],
    ({ vendor, booksOf }) => ({
      provideCard: async (request, context) => {
        const { card } = await carded(vendor.provideCard(request, context));
        const kept = booksOf(context).cards.get(card);
        if (kept !== undefined) {
          kept.card = { ...kept.card, state: Card_State.ACTIVE };
        }
        return kept?.card ?? {};
      },
    }),
  ),
  broken("trusting", "issues cards on accounts that are not there", ["CARDS-011"], ({ vendor, booksOf }) => ({
    provideCard: (request, context) => {
      const { funds } = booksOf(context);
      if (!funds.has(request.fundingAccount)) {
        funds.set(request.fundingAccount, { currency: request.currencyCode, minor: 0n });
      }
      return vendor.provideCard(request, context);
    },
  })),
  broken("provincial", "issues every card in one currency", ["CARDS-012"], ({ vendor }) => ({
    provideCard: (request, context) => vendor.provideCard({ ...request, currencyCode: "BRL" }, context),
  })),
  broken("warm", "ignores that a card is frozen", ["CARDS-014", "CARDS-060"], ({ vendor }) => ({
    moveCard: async (request, context) => {
      if (request.state !== Card_State.FROZEN) {
        return vendor.moveCard(request, context);
      }
      return {
        ...(await carded(vendor.readCard({ ...request, $typeName: "malla.cards.v1.ReadCardRequest" }, context))),
        state: request.state,
      };
    },
  })),
  broken("reviver", "opens closed cards again", ["CARDS-015"], ({ vendor, booksOf }) => ({
    moveCard: (request, context) => {
      const kept = booksOf(context).cards.get(request.card);
      if (kept?.card.state === Card_State.CLOSED && request.state === Card_State.ACTIVE) {
        kept.card = { ...kept.card, state: Card_State.ACTIVE, closeReason: CardCloseReason.UNSPECIFIED };
      }
      return vendor.moveCard(request, context);
    },
  })),
  broken("sentimental", "leaves the old card open when it is replaced", ["CARDS-016"], ({ vendor, booksOf }) => ({
    renewCard: async (request, context) => {
      const renewed = await vendor.renewCard(request, context);
      const kept = booksOf(context).cards.get(request.card);
      if (kept !== undefined) {
        kept.card = { ...kept.card, state: Card_State.ACTIVE };
      }
      return renewed;
    },
  })),
  broken("generous", "lets single-use cards be used again", ["CARDS-017"], (reference) =>
    bendAuthorize(reference, (answer, { instrument }, context) => {
      const kept = reference.booksOf(context).cards.get(instrument.value ?? "");
      if (kept?.card.form === CardForm.SINGLE_USE) {
        kept.card = { ...kept.card, state: Card_State.ACTIVE };
      }
      return answer;
    }),
  ),
  broken("boundless", "issues cards without their limits", ["CARDS-018"], ({ vendor }) => ({
    provideCard: ({ controls: _, ...request }, context) => vendor.provideCard(request, context),
  })),
  broken("uncounting", "does not count the uses of a day", ["CARDS-019"], ({ vendor }) => ({
    setCardControls: ({ controls, ...request }, context) =>
      vendor.setCardControls(
        controls === undefined ? request : { ...request, controls: { ...controls, dailyCountLimit: 0 } },
        context,
      ),
  })),
  broken("undiscerning", "pays every kind of merchant", ["CARDS-020"], ({ vendor }) => ({
    setCardControls: ({ controls, ...request }, context) => {
      const all = {
        deniedMerchantCategories: [],
        allowedMerchantCategories: [],
        allowedCountries: [],
        allowedChannels: [],
      };
      return vendor.setCardControls(
        controls === undefined ? request : { ...request, controls: { ...controls, ...all } },
        context,
      );
    },
  })),
];
