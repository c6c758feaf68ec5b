/** The cards service among its peers: a real ledger, and the native processor over real mTLS. */
import { randomUUID } from "node:crypto";
import { type Client, ConnectError } from "@connectrpc/connect";
import { type Authorization, AuthorizationState } from "#gen/malla/cards/v1/authorization_pb.js";
import { type Card, CardForm, Channel } from "#gen/malla/cards/v1/card_pb.js";
import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import type { TestService } from "#platform/testing/service.ts";

let tenants = 0;

/** A tenant that no other test knows. */
export const newTenant = () => `t-card-${process.pid}-${tenants++}`;

/** A bank's cards, and short words for its calls. */
export interface Bank {
  readonly tenant: string;
  readonly cards: Client<typeof CardsService>;
  issue(fundingAccount: string, more?: { form?: CardForm; currencyCode?: string }): Promise<Card>;
  pay(card: Pick<Card, "name">, minorUnits: bigint, more?: Paying): Promise<Authorization>;
}

/** What a payment may say. */
export interface Paying {
  readonly requestId?: string;
  readonly isSingleMessage?: boolean;
  readonly currencyCode?: string;
}

/** Makes it. */
export function newBank(service: TestService, tenant = newTenant()): Bank {
  const cards = service.client(CardsService, { tenant });
  return {
    tenant,
    cards,
    issue: (fundingAccount, { form = CardForm.VIRTUAL, currencyCode = "BRL" } = {}) =>
      cards.issueCard({
        card: { form, customer: "customers/ana", fundingAccount, currencyCode },
        requestId: randomUUID(),
      }),
    pay: (card, minorUnits, { requestId = randomUUID(), isSingleMessage = false, currencyCode = "BRL" } = {}) =>
      cards.authorizeTransaction({
        card: card.name,
        terms: { ...MERCHANT, isSingleMessage, amount: { currencyCode, minorUnits } },
        requestId,
      }),
  };
}

const MERCHANT = {
  merchant: { category: "5411", countryCode: "BR", merchantId: "M-1", name: "MERCADO" },
  channel: Channel.CHIP,
};

/** Money in reais. */
export const brl = (minorUnits: bigint) => ({ currencyCode: "BRL", minorUnits });

/** State and code of an authorization, in words: "APPROVED 00". */
export function standing({ state, responseCode }: Authorization): string {
  return `${AuthorizationState[state]} ${responseCode}`;
}

/** Held, cleared and come back, in minor units. */
export function amounts({ heldAmount, clearedAmount, refundedAmount, disputedAmount }: Authorization): bigint[] {
  return [heldAmount, clearedAmount, refundedAmount, disputedAmount].map((amount) => amount?.minorUnits ?? -1n);
}

/** Why a call was refused; "done" where it was not. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "done";
  } catch (error) {
    return errorInfoOf(ConnectError.from(error))?.reason ?? String(error);
  }
}
