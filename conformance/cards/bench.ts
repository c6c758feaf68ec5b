/** What the clauses of cards work with: a vendor, funds to observe, and short words for its calls. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, ConnectError } from "@connectrpc/connect";
import type { AuthorizationTermsSchema } from "#gen/malla/cards/v1/authorization_pb.js";
import {
  type CardControlsSchema,
  CardForm,
  Channel,
  PinBlock_Format,
  RevealScope,
} from "#gen/malla/cards/v1/card_pb.js";
import type {
  CardsProviderService,
  MoveResponse,
  ProviderAuthorization,
  ProviderCard,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import type { Clause, ClauseOptions } from "../kit/clause.ts";
import { clause } from "../kit/clause.ts";
import type { Target } from "../kit/suite.ts";
import { type EncipheredPin, encipherPin, type ZoneKey } from "./pin-block.ts";

/** What a clause may say of a use of a card. */
export type Terms = Omit<MessageInitShape<typeof AuthorizationTermsSchema>, "amount" | "$typeName">;

/** What a clause may say of a card to issue. */
export interface NewCard {
  readonly form?: CardForm;
  readonly fundingAccount?: string;
  readonly controls?: MessageInitShape<typeof CardControlsSchema>;
}

/** What clauses talk to. */
export interface CardsBench {
  readonly target: Target<typeof CardsProviderService>;
  readonly vendor: Client<typeof CardsProviderService>;
  readonly currency: string;
  /** A card to use: of the account with money in it, virtual, unless said otherwise. */
  issue(how?: NewCard): Promise<ProviderCard>;
  amount(minorUnits: bigint): { currencyCode: string; minorUnits: bigint };
  authorize(card: string, minorUnits: bigint, terms?: Terms, requestId?: string): Promise<MoveResponse>;
  /** What the account with money in it would still give, in minor units. */
  available(): Promise<bigint>;
  /** Reads a card's number, which PIN blocks are made from. */
  numberOf(card: string): Promise<string>;
  /** A PIN of a card as a terminal sends it. */
  pin(pin: string, number: string): EncipheredPin;
}

/** A merchant: a grocery in Brazil. */
export const GROCERY = { category: "5411", countryCode: "BR", merchantId: "M-1", name: "MERCADO" };
/** Currency that nobody has: ISO 4217's for tests. */
export const OTHER_CURRENCY = "XTS";
/** More than any account holds, in minor units, and still few digits enough for field 4 of ISO 8583 (n 12). */
const MORE_THAN_ALL = 999_999_999_999n;

/** Makes what a clause is given. */
export function openBench(target: Target<typeof CardsProviderService>): CardsBench {
  const vendor = target.client();
  let probe: Promise<ProviderCard> | undefined;
  const bench: CardsBench = {
    target,
    vendor,
    get currency() {
      return target.parameter("currency");
    },
    issue: ({ form = CardForm.VIRTUAL, fundingAccount = target.parameter("funding_account"), controls } = {}) =>
      vendor.provideCard({
        form,
        fundingAccount,
        currencyCode: bench.currency,
        requestId: randomUUID(),
        ...(controls === undefined ? {} : { controls }),
      }),
    amount: (minorUnits) => ({ currencyCode: bench.currency, minorUnits }),
    authorize: (card, minorUnits, terms = {}, requestId = randomUUID()) =>
      vendor.authorize({
        instrument: { case: "card", value: card },
        terms: termsOf(bench, minorUnits, terms),
        requestId,
      }),
    async available() {
      probe ??= bench.issue();
      const { card } = await probe;
      return target.capabilities.features.includes("cards.partial_approval")
        ? availableInPart(bench, card)
        : availableBySearch(bench, card);
    },
    async numberOf(card) {
      const { revealToken } = await vendor.makeRevealLink({
        card,
        scopes: [RevealScope.NUMBER],
        validSeconds: 60,
        requestId: randomUUID(),
      });
      return (await vendor.reveal({ revealToken })).number;
    },
    pin: (pin, number) => encipherPin(zoneOf(target), pin, number),
  };
  return bench;
}

/** The terms of a use, with a merchant and a channel where none is said. */
export function termsOf({ currency }: Pick<CardsBench, "currency">, minorUnits: bigint, terms: Terms) {
  return { merchant: GROCERY, channel: Channel.ECOMMERCE, ...terms, amount: { currencyCode: currency, minorUnits } };
}

async function availableInPart(bench: CardsBench, card: string): Promise<bigint> {
  const requestId = randomUUID();
  const { authorization } = await bench.authorize(card, MORE_THAN_ALL, { partialApprovalAllowed: true }, requestId);
  const approved = authorization?.approvedAmount?.minorUnits ?? 0n;
  if (approved > 0n) {
    await bench.vendor.reverse({ authorizeRequestId: requestId, requestId: randomUUID() });
  }
  return approved;
}

/** Of a vendor that approves all or nothing: the most that it approves. */
async function availableBySearch(bench: CardsBench, card: string): Promise<bigint> {
  let least = 0n;
  let most = MORE_THAN_ALL;
  while (least < most) {
    const asked = (least + most + 1n) / 2n;
    const requestId = randomUUID();
    const { responseCode } = await bench.authorize(card, asked, {}, requestId);
    if (responseCode === "00") {
      await bench.vendor.reverse({ authorizeRequestId: requestId, requestId: randomUUID() });
      least = asked;
    } else {
      most = asked - 1n;
    }
  }
  return least;
}

function zoneOf(target: Target<typeof CardsProviderService>): ZoneKey {
  const format = target.parameter("pin_format") === "0" ? PinBlock_Format.ISO_0 : PinBlock_Format.ISO_4;
  return { id: target.parameter("pin_key_id"), format, key: Buffer.from(target.parameter("pin_key"), "hex") };
}

/** Parameters that every clause about cards needs, and those about PINs besides. */
export const CARD_NEEDS = ["funding_account", "currency"] as const;
export const PIN_NEEDS = [...CARD_NEEDS, "pin_key_id", "pin_key", "pin_format"] as const;

/** A clause that needs cards to work with. */
export function cardClause(
  id: string,
  says: string,
  check: (bench: CardsBench) => Promise<void>,
  options: ClauseOptions = {},
): Clause<CardsBench> {
  return clause(id, says, check, { needs: CARD_NEEDS, ...options });
}

/** The authorization of an answer that must have one. */
export function authorizationOf({ authorization }: MoveResponse): ProviderAuthorization {
  assert.ok(authorization, "an answer without its authorization");
  return authorization;
}

/** Minor units of the amounts of an authorization, by name; all must be there, in the currency. */
export function amountsOf(answer: MoveResponse | ProviderAuthorization, currency: string) {
  const found = "approvalCode" in answer ? answer : authorizationOf(answer);
  const minor = (
    name:
      | "approvedAmount"
      | "heldAmount"
      | "reversedAmount"
      | "clearedAmount"
      | "refundedAmount"
      | "disputedAmount"
      | "chargedBackAmount",
  ) => {
    const amount = found[name];
    assert.equal(amount?.currencyCode, currency, `currency of ${name}`);
    return amount?.minorUnits;
  };
  return {
    approved: minor("approvedAmount"),
    held: minor("heldAmount"),
    reversed: minor("reversedAmount"),
    cleared: minor("clearedAmount"),
    refunded: minor("refundedAmount"),
    disputed: minor("disputedAmount"),
    chargedBack: minor("chargedBackAmount"),
  };
}

/** Reason with which a call was refused; "done" where it was not. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "done";
  } catch (error) {
    const failure = ConnectError.from(error);
    return errorInfoOf(failure)?.reason ?? `no reason: ${failure.message}`;
  }
}

/** Waits until something is so. */
export async function until(what: string, isSo: () => Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `${what} within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
