/** Clearings, refunds and chargebacks: money that is taken and comes back. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { AuthorizationState, ChargebackOutcome } from "#gen/malla/cards/v1/authorization_pb.js";
import type { ClauseGroup } from "../kit/clause.ts";
import { amountsOf, authorizationOf, type CardsBench, cardClause, type Terms, until } from "./bench.ts";

export const clearings: ClauseGroup<CardsBench> = {
  name: "clearings, refunds and chargebacks",
  clauses: [
    cardClause("CARDS-041", "takes what is cleared, and gives back the rest with the final clearing", async (bench) => {
      const before = await bench.available();
      const { clear } = await approve(bench, 10_00n);
      const answer = await clear(8_00n, true);
      assert.equal(answer.responseCode, "00");
      assert.equal(authorizationOf(answer).state, AuthorizationState.CLEARED);
      const { held, cleared } = amountsOf(answer, bench.currency);
      assert.deepEqual([held, cleared], [0n, 8_00n]);
      assert.equal(await bench.available(), before - 8_00n);
    }),
    cardClause("CARDS-042", "takes several clearings, and holds what they leave", async (bench) => {
      const before = await bench.available();
      const { clear } = await approve(bench, 10_00n);
      const first = await clear(3_00n, false);
      assert.equal(first.responseCode, "00");
      assert.equal(amountsOf(first, bench.currency).held, 7_00n);
      assert.equal(await bench.available(), before - 10_00n);
      const last = await clear(4_00n, true);
      const { held, cleared } = amountsOf(last, bench.currency);
      assert.deepEqual([held, cleared], [0n, 7_00n]);
      assert.equal(await bench.available(), before - 7_00n);
    }),
    cardClause("CARDS-043", "takes once for a clearing that comes twice", async (bench) => {
      const before = await bench.available();
      const { clear } = await approve(bench, 10_00n);
      const requestId = randomUUID();
      const first = await clear(3_00n, false, requestId);
      const second = await clear(3_00n, false, requestId);
      assert.equal(second.responseCode, first.responseCode);
      assert.equal(amountsOf(second, bench.currency).cleared, 3_00n);
      await clear(1_00n, true);
      assert.equal(await bench.available(), before - 4_00n);
    }),
    cardClause("CARDS-044", "takes a fifth more than it approved, and no more", async (bench) => {
      const before = await bench.available();
      const { clear } = await approve(bench, 10_00n);
      assert.equal((await clear(12_01n, true)).responseCode, "13");
      assert.equal(await bench.available(), before - 10_00n, "after a decline");
      const answer = await clear(12_00n, true);
      assert.equal(answer.responseCode, "00");
      const { held, cleared } = amountsOf(answer, bench.currency);
      assert.deepEqual([held, cleared], [0n, 12_00n]);
      assert.equal(await bench.available(), before - 12_00n);
    }),
    cardClause("CARDS-047", "takes a clearing that comes late from the funds", async (bench) => {
      const before = await bench.available();
      const { clear, authorization } = await approve(bench, 4_00n, { holdSeconds: 1 });
      await until("EXPIRED", async () => {
        const { state } = await bench.vendor.readAuthorization({ authorization });
        return state === AuthorizationState.EXPIRED;
      });
      const answer = await clear(4_00n, true);
      assert.equal(answer.responseCode, "00");
      assert.equal(authorizationOf(answer).state, AuthorizationState.CLEARED);
      assert.equal(await bench.available(), before - 4_00n);
    }),
    cardClause(
      "CARDS-048",
      "gives back what was cleared, once, and no more",
      async (bench) => {
        const before = await bench.available();
        const { clear, authorization } = await approve(bench, 10_00n);
        await clear(10_00n, true);
        const back = (minorUnits: bigint, requestId: string = randomUUID()) =>
          bench.vendor.refund({ authorization, amount: bench.amount(minorUnits), requestId });
        const requestId = randomUUID();
        for (const sent of ["first", "again"]) {
          const answer = await back(6_00n, requestId);
          assert.equal(answer.responseCode, "00", sent);
          assert.equal(amountsOf(answer, bench.currency).refunded, 6_00n, sent);
        }
        assert.equal((await back(4_01n)).responseCode, "13");
        assert.equal(await bench.available(), before - 4_00n);
        assert.equal((await back(4_00n)).responseCode, "00");
        assert.equal(await bench.available(), before);
      },
      { feature: "cards.refund" },
    ),
    cardClause("CARDS-049", "gives back what is disputed until the chargeback is lost", checkChargeback, {
      feature: "cards.chargeback",
    }),
  ],
};

async function checkChargeback(bench: CardsBench): Promise<void> {
  const before = await bench.available();
  const { clear, authorization } = await approve(bench, 10_00n);
  await clear(10_00n, true);
  const open = (minorUnits: bigint) =>
    bench.vendor.dispute({
      authorization,
      step: { case: "openAmount", value: bench.amount(minorUnits) },
      requestId: randomUUID(),
    });
  const end = (outcome: ChargebackOutcome) =>
    bench.vendor.dispute({ authorization, step: { case: "outcome", value: outcome }, requestId: randomUUID() });
  assert.equal((await end(ChargebackOutcome.WON)).responseCode, "12", "none is open");
  assert.equal((await open(10_01n)).responseCode, "13");
  const opened = await open(6_00n);
  assert.equal(opened.responseCode, "00");
  assert.equal(amountsOf(opened, bench.currency).disputed, 6_00n);
  assert.equal(await bench.available(), before - 4_00n, "open");
  assert.equal((await open(1_00n)).responseCode, "12", "one is open");
  assert.equal((await end(ChargebackOutcome.LOST)).responseCode, "00");
  assert.equal(await bench.available(), before - 10_00n, "lost");
  await open(10_00n);
  const won = await end(ChargebackOutcome.WON);
  const { disputed, chargedBack } = amountsOf(won, bench.currency);
  assert.deepEqual([disputed, chargedBack], [0n, 10_00n]);
  assert.equal(await bench.available(), before, "won");
}

/** An approved authorization of a new card, and its clearings. */
async function approve(bench: CardsBench, minorUnits: bigint, terms: Terms = {}) {
  const { card } = await bench.issue();
  const answer = await bench.authorize(card, minorUnits, terms);
  assert.equal(answer.responseCode, "00");
  const { authorization } = authorizationOf(answer);
  return {
    authorization,
    clear: (minor: bigint, isFinal: boolean, requestId: string = randomUUID()) =>
      bench.vendor.clear({ authorization, amount: bench.amount(minor), isFinal, requestId }),
  };
}
