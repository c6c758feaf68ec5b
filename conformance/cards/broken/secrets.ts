/** Processors that are careless with PINs, tokens and links. */
import { ConnectError } from "@connectrpc/connect";
import { DeclineReason } from "#gen/malla/cards/v1/authorization_pb.js";
import { Card_State, RevealScope } from "#gen/malla/cards/v1/card_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { type Broken, broken } from "./breaking.ts";

export const brokenSecrets: readonly Broken[] = [
  broken("gullible", "takes any PIN for the right one", ["CARDS-050", "CARDS-051"], ({ vendor }) => ({
    checkPin: async (request, context) => {
      const answer = await vendor.checkPin(request, context);
      return answer.responseCode === "55" ? { responseCode: "00", declineReason: DeclineReason.UNSPECIFIED } : answer;
    },
  })),
  broken("patient", "does not count wrong PINs", ["CARDS-051"], ({ vendor, booksOf }) => ({
    checkPin: (request, context) => {
      const kept = booksOf(context).cards.get(request.card);
      if (kept !== undefined) {
        kept.wrongPins = 0;
      }
      return vendor.checkPin(request, context);
    },
  })),
  broken("imprecise", "takes a block that it cannot read for a wrong PIN", ["CARDS-052"], ({ vendor }) => ({
    checkPin: async (request, context) => {
      try {
        return await vendor.checkPin(request, context);
      } catch (error) {
        if (errorInfoOf(ConnectError.from(error))?.reason === "PIN_BLOCK_INVALID") {
          return { responseCode: "55", declineReason: DeclineReason.PIN_WRONG };
        }
        throw error;
      }
    },
  })),
  broken("loose", "takes tokens of cards that it would decline", ["CARDS-060"], ({ vendor, booksOf }) => ({
    authorize: (request, context) => {
      const kept = booksOf(context).tokens.get(request.instrument.value ?? "");
      if (kept !== undefined) {
        kept.card = { ...kept.card, state: Card_State.ACTIVE };
      }
      return vendor.authorize(request, context);
    },
  })),
  broken("exhibitionist", "reveals more than a link names", ["CARDS-070"], ({ vendor }) => ({
    makeRevealLink: (request, context) =>
      vendor.makeRevealLink({ ...request, scopes: [RevealScope.NUMBER, RevealScope.SECURITY_CODE] }, context),
  })),
  broken("repeater", "reveals as often as it is asked", ["CARDS-071"], ({ vendor, booksOf }) => ({
    reveal: async (request, context) => {
      const { links } = booksOf(context);
      const link = links.get(request.revealToken);
      const revealed = await vendor.reveal(request, context);
      if (link !== undefined) {
        links.set(request.revealToken, link);
      }
      return revealed;
    },
  })),
  broken("keeper", "reveals after the link's time", ["CARDS-072"], ({ vendor, booksOf }) => ({
    reveal: (request, context) => {
      const { links } = booksOf(context);
      const link = links.get(request.revealToken);
      if (link !== undefined) {
        links.set(request.revealToken, { ...link, expireMs: Number.POSITIVE_INFINITY });
      }
      return vendor.reveal(request, context);
    },
  })),
];
