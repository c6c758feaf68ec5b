/** Cards: issued, activated, stopped, closed, replaced, and what they may be used for. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { DeclineReason } from "#gen/malla/cards/v1/authorization_pb.js";
import { Card_State, CardCloseReason, CardForm, Channel } from "#gen/malla/cards/v1/card_pb.js";
import type { ClauseGroup } from "../kit/clause.ts";
import {
  authorizationOf,
  type CardsBench,
  cardClause,
  GROCERY,
  OTHER_CURRENCY,
  refusalOf,
  type Terms,
} from "./bench.ts";

export const cards: ClauseGroup<CardsBench> = {
  name: "cards",
  clauses: [
    cardClause("CARDS-010", "issues a virtual card that is active and a physical one that is not", async (bench) => {
      const virtual = await bench.issue();
      assert.match(virtual.bin, /^([0-9]{6}|[0-9]{8})$/);
      assert.match(virtual.lastFour, /^[0-9]{4}$/);
      assert.ok(virtual.expiryMonth >= 1 && virtual.expiryMonth <= 12, "a month of the year");
      assert.ok(new Date(Date.UTC(virtual.expiryYear, virtual.expiryMonth)) > new Date(), "an expiry to come");
      assert.equal(virtual.currencyCode, bench.currency);
      assert.equal(virtual.state, Card_State.ACTIVE);
      const physical = await bench.issue({ form: CardForm.PHYSICAL });
      assert.equal(physical.state, Card_State.INACTIVE);
      assert.notEqual(physical.card, virtual.card);
    }),
    cardClause("CARDS-011", "refuses a funding account that it does not know", async (bench) => {
      assert.equal(await refusalOf(bench.issue({ fundingAccount: randomUUID() })), "FUNDING_ACCOUNT_NOT_FOUND");
    }),
    cardClause("CARDS-012", "refuses a currency that is not the funding account's", async (bench) => {
      const request = {
        form: CardForm.VIRTUAL,
        fundingAccount: bench.target.parameter("funding_account"),
        currencyCode: OTHER_CURRENCY,
        requestId: randomUUID(),
      };
      assert.equal(await refusalOf(bench.vendor.provideCard(request)), "CURRENCY_MISMATCH");
    }),
    cardClause("CARDS-013", "declines with 78 until a card is activated", async (bench) => {
      const { card } = await bench.issue({ form: CardForm.PHYSICAL });
      await expectDeclined(bench, card, "78", DeclineReason.CARD_INACTIVE);
      await bench.vendor.moveCard({ card, state: Card_State.ACTIVE, requestId: randomUUID() });
      await expectApproved(bench, card);
    }),
    cardClause(
      "CARDS-014",
      "declines with 62 while a card is frozen, but clears what was approved before",
      async (bench) => {
        const { card } = await bench.issue();
        const { authorization } = authorizationOf(await bench.authorize(card, 1_00n));
        await bench.vendor.moveCard({ card, state: Card_State.FROZEN, requestId: randomUUID() });
        await expectDeclined(bench, card, "62", DeclineReason.CARD_FROZEN);
        const clearing = { authorization, amount: bench.amount(1_00n), isFinal: true, requestId: randomUUID() };
        assert.equal((await bench.vendor.clear(clearing)).responseCode, "00");
        await bench.vendor.moveCard({ card, state: Card_State.ACTIVE, requestId: randomUUID() });
        await expectApproved(bench, card);
      },
    ),
    cardClause("CARDS-015", "declines with 41 on a closed card, and never opens it again", async (bench) => {
      const { card } = await bench.issue();
      await close(bench, card, CardCloseReason.LOST);
      await expectDeclined(bench, card, "41", DeclineReason.CARD_CLOSED);
      const reopen = bench.vendor.moveCard({ card, state: Card_State.ACTIVE, requestId: randomUUID() });
      assert.equal(await refusalOf(reopen), "CARD_STATE_NOT_ALLOWED");
    }),
    cardClause("CARDS-015", "declines with 43 on a stolen card", async (bench) => {
      const { card } = await bench.issue();
      await close(bench, card, CardCloseReason.STOLEN);
      await expectDeclined(bench, card, "43", DeclineReason.CARD_STOLEN);
    }),
    cardClause("CARDS-016", "replaces a card: the old one closes, the new one tells which it was", async (bench) => {
      const old = await bench.issue();
      const requestId = randomUUID();
      const renew = () => bench.vendor.renewCard({ card: old.card, closeReason: CardCloseReason.DAMAGED, requestId });
      const renewed = await renew();
      assert.notEqual(renewed.card, old.card);
      assert.equal(renewed.replaces, old.card);
      assert.equal(renewed.fundingAccount, old.fundingAccount);
      assert.equal((await renew()).card, renewed.card, "sent again");
      await expectDeclined(bench, old.card, "41", DeclineReason.CARD_CLOSED);
      await expectApproved(bench, renewed.card);
    }),
    cardClause(
      "CARDS-017",
      "closes a single-use card with its first approval, and clears that",
      async (bench) => {
        const { card } = await bench.issue({ form: CardForm.SINGLE_USE });
        const first = await bench.authorize(card, 1_00n);
        assert.equal(first.responseCode, "00");
        await expectDeclined(bench, card, "41", DeclineReason.CARD_CLOSED);
        const { authorization } = authorizationOf(first);
        const clearing = { authorization, amount: bench.amount(1_00n), isFinal: true, requestId: randomUUID() };
        assert.equal((await bench.vendor.clear(clearing)).responseCode, "00");
      },
      { feature: "cards.single_use" },
    ),
    ...controls(),
  ],
};

function controls() {
  const feature = "cards.controls";
  return [
    cardClause(
      "CARDS-018",
      "declines with 61 above the limit of a transaction and of a day",
      async (bench) => {
        const { card } = await bench.issue({
          controls: { transactionLimit: bench.amount(3_00n), dailyLimit: bench.amount(5_00n) },
        });
        await expectDeclined(bench, card, "61", DeclineReason.AMOUNT_LIMIT, 3_01n);
        const requests = [randomUUID(), randomUUID()];
        for (const requestId of requests) {
          assert.equal((await bench.authorize(card, 2_50n, {}, requestId)).responseCode, "00");
        }
        await expectDeclined(bench, card, "61", DeclineReason.AMOUNT_LIMIT, 1n);
        for (const authorizeRequestId of requests) {
          await bench.vendor.reverse({ authorizeRequestId, requestId: randomUUID() });
        }
        await expectApproved(bench, card);
      },
      { feature },
    ),
    cardClause(
      "CARDS-019",
      "declines with 65 above the number of a day",
      async (bench) => {
        const { card } = await bench.issue();
        await bench.vendor.setCardControls({ card, controls: { dailyCountLimit: 1 }, requestId: randomUUID() });
        const requestId = randomUUID();
        assert.equal((await bench.authorize(card, 1_00n, {}, requestId)).responseCode, "00");
        await expectDeclined(bench, card, "65", DeclineReason.COUNT_LIMIT);
        await bench.vendor.reverse({ authorizeRequestId: requestId, requestId: randomUUID() });
      },
      { feature },
    ),
    cardClause(
      "CARDS-020",
      "declines with 57 the categories, countries and channels that controls leave out",
      async (bench) => {
        const { card } = await bench.issue();
        const set = (controls: Parameters<typeof bench.vendor.setCardControls>[0]["controls"]) =>
          bench.vendor.setCardControls({
            card,
            requestId: randomUUID(),
            ...(controls === undefined ? {} : { controls }),
          });
        await set({
          deniedMerchantCategories: ["7995"],
          allowedCountries: ["BR"],
          allowedChannels: [Channel.ECOMMERCE],
        });
        const denied: Terms[] = [
          { merchant: { ...GROCERY, category: "7995" } },
          { merchant: { ...GROCERY, countryCode: "MX" } },
          { channel: Channel.ATM },
        ];
        for (const terms of denied) {
          await expectDeclined(bench, card, "57", DeclineReason.NOT_PERMITTED, 1_00n, terms);
        }
        await expectApproved(bench, card);
        await set({ allowedMerchantCategories: ["5812"] });
        await expectDeclined(bench, card, "57", DeclineReason.NOT_PERMITTED);
      },
      { feature },
    ),
  ];
}

async function close(bench: CardsBench, card: string, closeReason: CardCloseReason): Promise<void> {
  await bench.vendor.moveCard({ card, state: Card_State.CLOSED, closeReason, requestId: randomUUID() });
}

/** Declined with just this code, and nothing held. */
export async function expectDeclined(
  bench: CardsBench,
  card: string,
  code: string,
  reason: DeclineReason,
  minorUnits = 1_00n,
  terms: Terms = {},
): Promise<void> {
  const answer = await bench.authorize(card, minorUnits, terms);
  assert.equal(answer.responseCode, code);
  assert.equal(answer.declineReason, reason);
  assert.equal(answer.authorization?.heldAmount?.minorUnits ?? 0n, 0n, "held by a decline");
}

/** Approved, and given back. */
export async function expectApproved(bench: CardsBench, card: string, terms: Terms = {}): Promise<void> {
  const requestId = randomUUID();
  assert.equal((await bench.authorize(card, 1_00n, terms, requestId)).responseCode, "00");
  await bench.vendor.reverse({ authorizeRequestId: requestId, requestId: randomUUID() });
}
