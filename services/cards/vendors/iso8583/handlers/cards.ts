/** Cards: file updates (0302) at the host. */
import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { Card_State, type CardControls, CardControlsSchema, CardForm, Channel } from "#gen/malla/cards/v1/card_pb.js";
import {
  MoveCardRequestSchema,
  ProvideCardRequestSchema,
  RenewCardRequestSchema,
  SetCardControlsRequestSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { cardOf, type Iso8583Deps, once, type ProviderHandlers } from "../deps.ts";
import { cardsRefused } from "../errors.ts";
import type { Plan } from "../exchanges/exchanges.ts";
import { CARD_FILE, type CardRules, FILE_UPDATES, packCardFile } from "../link/card-file.ts";
import type { ChannelCode } from "../link/point-of-service.ts";
import type { PrivateData } from "../link/private-data.ts";
import { toProviderCard } from "../mapping.ts";
import type { CardFacts } from "../records/card.ts";
import { currencyNumber } from "../records/currency.ts";
import type { Details } from "../records/details.ts";
import { findCard } from "../store/card-store.ts";

/** Channels by the letters of the link. */
export const CHANNELS: Readonly<Record<Channel, ChannelCode>> = {
  [Channel.UNSPECIFIED]: "U",
  [Channel.CHIP]: "C",
  [Channel.CONTACTLESS]: "T",
  [Channel.MAGSTRIPE]: "M",
  [Channel.ECOMMERCE]: "E",
  [Channel.ATM]: "A",
  [Channel.RECURRING]: "R",
};

const STATES: Readonly<Partial<Record<Card_State, string>>> = {
  [Card_State.ACTIVE]: "A",
  [Card_State.FROZEN]: "F",
  [Card_State.CLOSED]: "C",
};

/** Issues a card. */
export function provideCard(deps: Iso8583Deps): ProviderHandlers["provideCard"] {
  return async (request, context) => {
    const { form, fundingAccount, currencyCode: currency, controls } = request;
    const call = callOf(context);
    const rules = rulesOf(controls, currency);
    const details: Details = {
      purpose: "provide_card",
      id: uuidv7(),
      card: { form, currency, fundingAccount, ...jsonOf(controls) },
    };
    const data = {
      AC: `${call.tenant}/${fundingAccount}`,
      CU: currencyNumber(currency),
      ST: firstStateOf(form),
      SU: form === CardForm.SINGLE_USE ? "1" : undefined,
    };
    const exchange = await once(deps, call, "provide_card", ProvideCardRequestSchema, request, async () =>
      fileUpdate(FILE_UPDATES.add, null, data, details, rules),
    );
    return cardOf(exchange);
  };
}

/** Reads a card. */
export function readCard({ database }: Iso8583Deps): ProviderHandlers["readCard"] {
  return async ({ card }, context) => {
    const call = callOf(context);
    const facts = await database.tenant(call, (transaction) => findCard(transaction, call.tenant, card));
    return toProviderCard(card, found(facts));
  };
}

/** Moves a card to another state. */
export function moveCard(deps: Iso8583Deps): ProviderHandlers["moveCard"] {
  return async (request, context) => {
    const call = callOf(context);
    const exchange = await once(deps, call, "move_card", MoveCardRequestSchema, request, async (transaction) => {
      found(await findCard(transaction, call.tenant, request.card));
      const data = { ST: STATES[request.state], CR: String(request.closeReason) };
      return fileUpdate(FILE_UPDATES.change, request.card, data, { purpose: "change_card", id: request.card });
    });
    return cardOf(exchange);
  };
}

/** Issues another card in the place of one. */
export function renewCard(deps: Iso8583Deps): ProviderHandlers["renewCard"] {
  return async (request, context) => {
    const call = callOf(context);
    const { card: replaces, closeReason } = request;
    const exchange = await once(deps, call, "renew_card", RenewCardRequestSchema, request, async (transaction) => {
      const { form, currency, fundingAccount, controls } = found(await findCard(transaction, call.tenant, replaces));
      const kept = controls === undefined ? {} : { controls };
      const details: Details = {
        purpose: "renew_card",
        id: uuidv7(),
        closeReason,
        card: { form, currency, fundingAccount, replaces, ...kept },
      };
      const data = { ST: firstStateOf(form), CR: String(closeReason) };
      return fileUpdate(FILE_UPDATES.add, replaces, data, details);
    });
    return cardOf(exchange);
  };
}

/** Replaces a card's controls. */
export function setCardControls(deps: Iso8583Deps): ProviderHandlers["setCardControls"] {
  return async (request, context) => {
    const call = callOf(context);
    const { card, controls } = request;
    const exchange = await once(
      deps,
      call,
      "set_controls",
      SetCardControlsRequestSchema,
      request,
      async (transaction) => {
        const { currency } = found(await findCard(transaction, call.tenant, card));
        const rules = rulesOf(controls, currency);
        const details: Details = { purpose: "change_card", id: card, controls: null, ...jsonOf(controls) };
        return fileUpdate(FILE_UPDATES.change, card, {}, details, rules);
      },
    );
    return cardOf(exchange);
  };
}

function found(facts: CardFacts | undefined): CardFacts {
  if (facts === undefined) {
    throw cardsRefused("CARD_NOT_FOUND");
  }
  return facts;
}

/** A file update is said again until it is answered: it says how the card shall be, so saying it twice does no harm. */
function fileUpdate(code: string, cardId: string | null, data: PrivateData, details: Details, rules?: CardRules): Plan {
  const fields = { 91: code, 101: CARD_FILE, ...packCardFile(data, rules) };
  return { kind: "host", mti: "0302", onLoss: "repeat", whenDown: "refuse", cardId, fields, details };
}

function firstStateOf(form: CardForm): string {
  return form === CardForm.PHYSICAL ? "I" : "A";
}

function jsonOf(controls: CardControls | undefined): { readonly controls?: JsonValue } {
  return controls === undefined ? {} : { controls: toJson(CardControlsSchema, controls) };
}

function rulesOf(controls: CardControls | undefined, currency: string): CardRules {
  if (controls === undefined) {
    return {};
  }
  const { transactionLimit, dailyLimit, dailyCountLimit } = controls;
  for (const limit of [transactionLimit, dailyLimit]) {
    if (limit !== undefined && limit.currencyCode !== currency) {
      throw cardsRefused("CURRENCY_MISMATCH");
    }
  }
  return {
    ...(transactionLimit === undefined ? {} : { perTransactionMinor: transactionLimit.minorUnits }),
    ...(dailyLimit === undefined ? {} : { perDayMinor: dailyLimit.minorUnits }),
    ...(dailyCountLimit === 0 ? {} : { perDayCount: dailyCountLimit }),
    ...listOf("allowedCategories", controls.allowedMerchantCategories),
    ...listOf("deniedCategories", controls.deniedMerchantCategories),
    ...listOf("allowedCountries", controls.allowedCountries),
    ...listOf(
      "allowedChannels",
      controls.allowedChannels.map((channel) => CHANNELS[channel]),
    ),
  };
}

function listOf<Key extends keyof CardRules>(
  key: Key,
  items: readonly string[],
): Partial<Record<Key, readonly string[]>> {
  return items.length === 0 ? {} : ({ [key]: items } as Partial<Record<Key, readonly string[]>>);
}
