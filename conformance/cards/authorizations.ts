/** Authorizations: what is held, what is given back, and when. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { AuthorizationState, DeclineReason } from "#gen/malla/cards/v1/authorization_pb.js";
import type { ClauseGroup } from "../kit/clause.ts";
import { amountsOf, authorizationOf, type CardsBench, cardClause, OTHER_CURRENCY, termsOf, until } from "./bench.ts";
import { expectDeclined } from "./cards.ts";

export const authorizations: ClauseGroup<CardsBench> = {
  name: "authorizations",
  clauses: [
    cardClause("CARDS-030", "holds what it approves", async (bench) => {
      const { card } = await bench.issue();
      const before = await bench.available();
      const requestId = randomUUID();
      const answer = await bench.authorize(card, 12_34n, {}, requestId);
      assert.equal(answer.responseCode, "00");
      assert.equal(authorizationOf(answer).state, AuthorizationState.APPROVED);
      assert.equal(authorizationOf(answer).requestId, requestId);
      assert.match(authorizationOf(answer).approvalCode, /^[A-Za-z0-9]{6}$/);
      const { approved, held, cleared } = amountsOf(answer, bench.currency);
      assert.deepEqual([approved, held, cleared], [12_34n, 12_34n, 0n]);
      assert.equal(await bench.available(), before - 12_34n);
      await reverseAll(bench, requestId);
    }),
    cardClause(
      "CARDS-031",
      "declines with 51 what the funds do not have",
      async (bench) => {
        const { card } = await bench.issue({ fundingAccount: bench.target.parameter("empty_account") });
        await expectDeclined(bench, card, "51", DeclineReason.INSUFFICIENT_FUNDS, 1n);
      },
      { needs: ["funding_account", "empty_account", "currency"] },
    ),
    cardClause("CARDS-032", "declines with 14 a card that it does not know", async (bench) => {
      await expectDeclined(bench, "nobodys-card", "14", DeclineReason.UNKNOWN_CARD);
    }),
    cardClause("CARDS-033", "declines with 57 another currency", async (bench) => {
      const { card } = await bench.issue();
      const before = await bench.available();
      const answer = await bench.vendor.authorize({
        instrument: { case: "card", value: card },
        terms: termsOf({ currency: OTHER_CURRENCY }, 1_00n, {}),
        requestId: randomUUID(),
      });
      assert.equal(answer.responseCode, "57");
      assert.equal(await bench.available(), before);
    }),
    cardClause("CARDS-034", "holds once for a request that comes twice", async (bench) => {
      const { card } = await bench.issue();
      const before = await bench.available();
      const requestId = randomUUID();
      const first = await bench.authorize(card, 7_00n, {}, requestId);
      const second = await bench.authorize(card, 7_00n, {}, requestId);
      assert.equal(authorizationOf(second).authorization, authorizationOf(first).authorization);
      assert.equal(await bench.available(), before - 7_00n);
      await reverseAll(bench, requestId);
    }),
    cardClause("CARDS-035", "approves in part where that is allowed, and not where it is not", checkPartialApproval, {
      feature: "cards.partial_approval",
    }),
    cardClause("CARDS-036", "adds an increment to what is held, or leaves all as it was", checkIncrement, {
      feature: "cards.incremental",
    }),
    cardClause("CARDS-037", "gives back once", async (bench) => {
      const { card } = await bench.issue();
      const before = await bench.available();
      const authorizeRequestId = randomUUID();
      await bench.authorize(card, 5_00n, {}, authorizeRequestId);
      const requestId = randomUUID();
      const first = await bench.vendor.reverse({ authorizeRequestId, requestId });
      assert.equal(first.responseCode, "00");
      assert.equal(authorizationOf(first).state, AuthorizationState.REVERSED);
      assert.equal(amountsOf(first, bench.currency).held, 0n);
      assert.equal((await bench.vendor.reverse({ authorizeRequestId, requestId })).responseCode, "00", "sent again");
      const second = await bench.vendor.reverse({ authorizeRequestId, requestId: randomUUID() });
      assert.equal(second.responseCode, "12");
      assert.equal(await bench.available(), before);
    }),
    cardClause("CARDS-038", "gives back a part and holds the rest", async (bench) => {
      const { card } = await bench.issue();
      const before = await bench.available();
      const authorizeRequestId = randomUUID();
      await bench.authorize(card, 5_00n, {}, authorizeRequestId);
      const part = { authorizeRequestId, amount: bench.amount(2_00n), requestId: randomUUID() };
      const answer = await bench.vendor.reverse(part);
      assert.equal(answer.responseCode, "00");
      const { held, reversed } = amountsOf(answer, bench.currency);
      assert.deepEqual([held, reversed], [3_00n, 2_00n]);
      assert.equal(await bench.available(), before - 3_00n);
      const tooMuch = { authorizeRequestId, amount: bench.amount(4_00n), requestId: randomUUID() };
      assert.equal((await bench.vendor.reverse(tooMuch)).responseCode, "13");
      await reverseAll(bench, authorizeRequestId);
    }),
    cardClause("CARDS-039", "holds nothing for a request that was reversed before it came", async (bench) => {
      const { card } = await bench.issue();
      const before = await bench.available();
      const authorizeRequestId = randomUUID();
      assert.equal((await bench.vendor.reverse({ authorizeRequestId, requestId: randomUUID() })).responseCode, "00");
      const late = await bench.authorize(card, 5_00n, {}, authorizeRequestId);
      const { state } = authorizationOf(late);
      assert.ok(
        state === AuthorizationState.REVERSED || (state === AuthorizationState.DECLINED && late.responseCode === "05"),
        `state ${AuthorizationState[state]}, code ${late.responseCode}`,
      );
      assert.equal(await bench.available(), before);
    }),
    cardClause("CARDS-040", "declines with 12 what follows a reversal", async (bench) => {
      const { card } = await bench.issue();
      const before = await bench.available();
      const authorizeRequestId = randomUUID();
      const { authorization } = authorizationOf(await bench.authorize(card, 5_00n, {}, authorizeRequestId));
      await reverseAll(bench, authorizeRequestId);
      const clearing = { authorization, amount: bench.amount(5_00n), isFinal: true, requestId: randomUUID() };
      assert.equal((await bench.vendor.clear(clearing)).responseCode, "12");
      assert.equal(await bench.available(), before);
    }),
    cardClause("CARDS-045", "takes at once what comes in one message", async (bench) => {
      const { card } = await bench.issue();
      const before = await bench.available();
      const answer = await bench.authorize(card, 3_00n, { isSingleMessage: true });
      assert.equal(answer.responseCode, "00");
      assert.equal(authorizationOf(answer).state, AuthorizationState.CLEARED);
      const { held, cleared } = amountsOf(answer, bench.currency);
      assert.deepEqual([held, cleared], [0n, 3_00n]);
      assert.equal(await bench.available(), before - 3_00n);
    }),
    cardClause("CARDS-046", "gives back what is held once its time has passed", async (bench) => {
      const { card } = await bench.issue();
      const before = await bench.available();
      const { authorization } = authorizationOf(await bench.authorize(card, 4_00n, { holdSeconds: 1 }));
      await until("EXPIRED", async () => {
        const { state } = await bench.vendor.readAuthorization({ authorization });
        return state === AuthorizationState.EXPIRED;
      });
      const expired = await bench.vendor.readAuthorization({ authorization });
      assert.equal(amountsOf(expired, bench.currency).held, 0n);
      assert.equal(await bench.available(), before);
    }),
  ],
};

async function checkPartialApproval(bench: CardsBench): Promise<void> {
  const { card } = await bench.issue();
  const before = await bench.available();
  assert.equal((await bench.authorize(card, before + 1n)).responseCode, "51", "not allowed");
  const requestId = randomUUID();
  const answer = await bench.authorize(card, before + 1n, { partialApprovalAllowed: true }, requestId);
  assert.equal(answer.responseCode, "10");
  const { approved, held } = amountsOf(answer, bench.currency);
  assert.deepEqual([approved, held], [before, before]);
  assert.equal(await bench.available(), 0n);
  await reverseAll(bench, requestId);
  assert.equal(await bench.available(), before);
}

async function checkIncrement(bench: CardsBench): Promise<void> {
  const { card } = await bench.issue();
  const before = await bench.available();
  const authorizeRequestId = randomUUID();
  const { authorization } = authorizationOf(await bench.authorize(card, 5_00n, {}, authorizeRequestId));
  const more = { authorization, amount: bench.amount(2_00n), requestId: randomUUID() };
  for (const sent of ["first", "again"]) {
    const answer = await bench.vendor.increment(more);
    assert.equal(answer.responseCode, "00", sent);
    const { approved, held } = amountsOf(answer, bench.currency);
    assert.deepEqual([approved, held], [7_00n, 7_00n], sent);
  }
  assert.equal(await bench.available(), before - 7_00n);
  const tooMuch = { authorization, amount: bench.amount(before), requestId: randomUUID() };
  const declined = await bench.vendor.increment(tooMuch);
  assert.equal(declined.responseCode, "51");
  assert.equal(amountsOf(declined, bench.currency).held, 7_00n);
  await reverseAll(bench, authorizeRequestId);
  assert.equal(await bench.available(), before);
}

/** Gives an authorization back whole. */
export async function reverseAll(bench: CardsBench, authorizeRequestId: string): Promise<void> {
  await bench.vendor.reverse({ authorizeRequestId, requestId: randomUUID() });
}
