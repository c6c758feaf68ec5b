/** Issues a card with a vendor: the one that the tenant's binding names, or in place of another card its vendor. */
import { type DescMessage, type DescMethodUnary, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { CardCloseReason, type Card as CardMessage, CardSchema } from "#gen/malla/cards/v1/card_pb.js";
import { CardsProviderService, type ProviderCard } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import type { Call } from "#platform/rpc/call.ts";
import { fromCard, fromControls } from "../mapping.ts";
import { askVendor, type Outcome, vendorCall } from "../peers/ask-vendor.ts";
import { checkCard } from "../peers/check-answer.ts";
import type { CardsDeps } from "../service.ts";
import { type Card, deleteCard, findCard, insertCard, updateCard } from "../store/card-store.ts";
import { deleteRequest } from "../store/request-store.ts";
import { findBefore, writeDown } from "./begin-request.ts";
import { endCardChange } from "./change-card.ts";

/** What a card is issued from. */
export type NewCard = Pick<
  Card,
  "form" | "customer" | "fundingAccount" | "currencyCode" | "controls" | "replaces" | "vendor"
>;

/** A card to issue. */
export interface Issue<I extends DescMessage> {
  readonly method: DescMethodUnary<I, typeof CardSchema>;
  readonly request: MessageShape<I> & { readonly requestId: string };
  readonly from: (transaction: Transaction) => Promise<NewCard>;
  /** Asks for it; tells the vendor that answered. */
  readonly ask: (card: Card, call: Call) => Promise<{ readonly vendor: string; readonly said: ProviderCard }>;
}

/** Issues it; UNKNOWN where no usable answer came in time. */
export async function issueCard<I extends DescMessage>(
  deps: CardsDeps,
  call: Call,
  issue: Issue<I>,
): Promise<CardMessage> {
  const { requestId } = issue.request;
  const begun = await deps.database.tenant(call, async (transaction) => {
    const before = await findBefore(transaction, call, issue);
    if (before?.response != null) {
      return { response: before.response };
    }
    const card = before === undefined ? undefined : await findCard(transaction, before.cardId);
    return { card: card ?? (await writeCard(deps, transaction, call, issue)) };
  });
  if (begun.card === undefined) {
    return fromBinary(CardSchema, begun.response);
  }
  const { card } = begun;
  const outcome = await askVendor(
    () => issue.ask(card, vendorCall(call, deps.vendorTimeoutMs)),
    ({ said }) => checkCard(said, card),
  );
  if (outcome.kind === "refused") {
    await deps.database.tenant(call, async (transaction) => {
      await deleteRequest(transaction, requestId);
      await deleteCard(transaction, card.id);
    });
    throw outcome.error;
  }
  return takeOutcome(deps, call, requestId, card, outcome);
}

/** Asks the bound vendor for a card; a card whose vendor is known already is asked of that one. */
export function askForCard(
  { vendors }: Pick<CardsDeps, "vendors">,
  requestId: string,
): (card: Card, call: Call) => Promise<{ vendor: string; said: ProviderCard }> {
  return async (card, call) => {
    const { form, fundingAccount, currencyCode, vendor } = card;
    const controls = fromControls(card.controls);
    const wanted = { form, fundingAccount, currencyCode, requestId, ...(controls === undefined ? {} : { controls }) };
    if (vendor !== null) {
      return { vendor, said: await vendors.at(vendor, call).provideCard(wanted) };
    }
    const answered = await vendors.begin(call, CardsProviderService.method.provideCard, card.customer, wanted);
    return { vendor: answered.vendor, said: answered.response };
  };
}

/** Writes down what became of it. */
export async function takeOutcome(
  deps: CardsDeps,
  call: Call,
  requestId: string,
  card: Card,
  outcome: Exclude<Outcome<{ readonly vendor: string; readonly said: ProviderCard }>, { kind: "refused" }>,
): Promise<CardMessage> {
  const vendor = outcome.kind === "answered" ? outcome.answer.vendor : outcome.vendor;
  if (card.vendor === null && vendor !== undefined) {
    // From here on the card is this vendor's, whatever the binding becomes.
    await deps.database.tenant(call, async (transaction) => {
      const known = await findCard(transaction, card.id, "update");
      if (known !== undefined && known.vendor === null) {
        await updateCard(transaction, call.tenant, { ...known, vendor });
      }
    });
  }
  if (outcome.kind === "answered") {
    return endCardChange(deps, call, requestId, outcome.answer.said);
  }
  deps.log.warn({ err: outcome.error, tenant: call.tenant, card: card.id }, "whether the card was issued is not known");
  return fromCard(card);
}

async function writeCard<I extends DescMessage>(
  deps: CardsDeps,
  transaction: Transaction,
  call: Call,
  issue: Issue<I>,
): Promise<Card> {
  const at = deps.now();
  const card: Card = {
    ...(await issue.from(transaction)),
    id: deps.newId(),
    state: "unknown",
    closeReason: CardCloseReason.UNSPECIFIED,
    vendorCard: null,
    bin: "",
    lastFour: "",
    expiryYear: 0,
    expiryMonth: 0,
    hasPin: false,
    replacedBy: null,
    version: 0n,
    createTime: at,
    updateTime: at,
  };
  await insertCard(transaction, call.tenant, card);
  await writeDown(deps, transaction, call, issue, { cardId: card.id, authorizationId: null, kept: issue.request });
  return card;
}
