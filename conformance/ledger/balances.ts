/** Balances: now, as of a time, and by value date. */
import assert from "node:assert/strict";
import { Code } from "@connectrpc/connect";
import { account, cancel, dayOf, deposit, type Identified, newId, pending, post, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { fails } from "./expect.ts";
import { type Ledger, present, type Sums, sumsOf } from "./ledger.ts";

export const balances: ClauseGroup = {
  name: "balances",
  clauses: [
    clause("LEDGER-038", "the balance of now is the account's, with or without history", async (ledger) => {
      const [cash, ana] = [account(), deposit(0n, { keepsHistory: true })];
      await ledger.make(cash, ana);
      await ledger.book(transfer(cash, ana, 10n), pending(ana, cash, 4n), pending(cash, ana, 3n));
      const balance = await ledger.client.getBalance({ accountId: ana.id });
      assert.deepEqual([balance.accountId, balance.currencyCode], [ana.id, "BRL"]);
      assert.deepEqual(sumsOf(balance), [0n, 4n, 10n, 3n]);
      assert.deepEqual(sumsOf(await ledger.client.getBalance({ accountId: cash.id })), [10n, 3n, 0n, 4n]);
    }),

    clause(
      "LEDGER-038",
      "the balance at a time sums what was booked until then, that time included",
      async (ledger) => {
        const [cash, ana] = [account(), account({ keepsHistory: true })];
        await ledger.make(cash, ana);
        const [held, dropped] = [pending(cash, ana, 30n), pending(ana, cash, 20n)];
        const steps = [
          transfer(cash, ana, 100n),
          held,
          dropped,
          transfer(cash, cash, 1n),
          post(held, 25n),
          cancel(dropped),
        ];
        await ledger.send(...steps);
        const booked = steps.filter((_, index) => index !== 3);
        const expected: Sums[] = [
          [0n, 0n, 100n, 0n],
          [0n, 0n, 100n, 30n],
          [0n, 20n, 100n, 30n],
          [0n, 20n, 125n, 0n],
          [0n, 0n, 125n, 0n],
        ];
        const seen: Sums[] = [];
        for (const step of booked) {
          seen.push(await atTime(ledger, ana, await timeOf(ledger, step)));
        }
        assert.deepEqual(seen, expected);
        const first = await timeOf(ledger, present(booked[0], "the first"));
        const before = { seconds: first.seconds - 1n, nanos: first.nanos };
        assert.deepEqual(await atTime(ledger, ana, before), [0n, 0n, 0n, 0n]);
      },
    ),

    clause(
      "LEDGER-038",
      "the balance by value date sums what was posted with that date or an earlier one",
      async (ledger) => {
        const [cash, ana] = [account(), account({ keepsHistory: true })];
        await ledger.make(cash, ana);
        const held = pending(cash, ana, 1_000n, { valueDate: dayOf("2026-01-10") });
        const redated = pending(cash, ana, 40_000n, { valueDate: dayOf("2026-01-10") });
        await ledger.book(
          transfer(cash, ana, 1n, { valueDate: dayOf("2026-01-20") }),
          transfer(cash, ana, 10n, { valueDate: dayOf("2026-01-05") }),
          transfer(ana, cash, 3n, { valueDate: dayOf("2026-01-10") }),
          transfer(cash, ana, 100n, { valueDate: dayOf("2025-12-31") }),
          held,
          redated,
        );
        assert.deepEqual(await atDay(ledger, ana, "2025-12-30"), [0n, 0n, 0n, 0n]);
        assert.deepEqual(await atDay(ledger, ana, "2025-12-31"), [0n, 0n, 100n, 0n]);
        assert.deepEqual(await atDay(ledger, ana, "2026-01-09"), [0n, 0n, 110n, 0n]);
        assert.deepEqual(await atDay(ledger, ana, "2026-01-10"), [3n, 0n, 110n, 0n]);
        await ledger.book(post(held, 999n), post(redated, undefined, { valueDate: dayOf("2026-01-20") }));
        assert.deepEqual(await atDay(ledger, ana, "2026-01-09"), [0n, 0n, 110n, 0n]);
        assert.deepEqual(await atDay(ledger, ana, "2026-01-10"), [3n, 0n, 1_109n, 0n]);
        assert.deepEqual(await atDay(ledger, ana, "2026-01-20"), [3n, 0n, 41_110n, 0n]);
      },
    ),

    clause(
      "LEDGER-038",
      "without a value date a transfer counts from the day it was booked, in UTC",
      async (ledger) => {
        const [cash, ana] = [account(), account({ keepsHistory: true })];
        await ledger.make(cash, ana);
        const asked = transfer(cash, ana, 10n);
        await ledger.book(asked);
        const { seconds } = await timeOf(ledger, asked);
        const dayOfSeconds = (time: bigint) => new Date(Number(time) * 1_000).toISOString().slice(0, 10);
        assert.deepEqual(await atDay(ledger, ana, dayOfSeconds(seconds - 86_400n)), [0n, 0n, 0n, 0n]);
        assert.deepEqual(await atDay(ledger, ana, dayOfSeconds(seconds)), [0n, 0n, 10n, 0n]);
      },
    ),

    clause("LEDGER-038", "past balances stay as they are while writes go on", async (ledger) => {
      const [cash, ana] = [account(), account({ keepsHistory: true })];
      await ledger.make(cash, ana);
      const asked = Array.from({ length: 20 }, () => transfer(cash, ana, 1n));
      await ledger.book(...asked);
      const middle = await timeOf(ledger, present(asked[9], "the tenth"));
      for (let round = 0; round < 10; round++) {
        await ledger.book(transfer(cash, ana, 1n), transfer(ana, cash, 1n));
        assert.deepEqual(await atTime(ledger, ana, middle), [0n, 0n, 10n, 0n]);
      }
    }),

    clause("LedgerService.GetBalance", "a value date that is no day of the calendar is refused", async (ledger) => {
      const ana = account({ keepsHistory: true });
      await ledger.make(ana);
      for (const day of ["2026-02-30", "2026-13-01", "2026-00-10"]) {
        await fails(atDay(ledger, ana, day), Code.InvalidArgument, "VALUE_DATE_INVALID", "ledger.malla");
      }
    }),

    clause(
      "LedgerService.GetBalance",
      "the past of an account without history, or of none, is refused",
      async (ledger) => {
        const [cash, ana] = [account(), account()];
        await ledger.make(cash, ana);
        const asked = transfer(cash, ana, 1n);
        await ledger.book(asked, transfer(cash, ana, 1n));
        const past = await timeOf(ledger, asked);
        const { FailedPrecondition } = Code;
        await fails(atTime(ledger, ana, past), FailedPrecondition, "ACCOUNT_KEEPS_NO_HISTORY", "ledger.malla");
        const { metadata } = await fails(
          atDay(ledger, ana, "2026-01-01"),
          FailedPrecondition,
          "ACCOUNT_KEEPS_NO_HISTORY",
          "ledger.malla",
        );
        assert.equal(metadata["account_id"], ana.id);
        const unknown = ledger.client.getBalance({ accountId: newId() });
        await fails(unknown, Code.NotFound, "ACCOUNT_NOT_FOUND", "ledger.malla");
      },
    ),
  ],
};

async function timeOf(ledger: Ledger, transfer: Identified): Promise<{ seconds: bigint; nanos: number }> {
  const { bookTime } = await ledger.transfer(transfer);
  return present(bookTime, "the book time");
}

async function atTime(ledger: Ledger, { id }: Identified, time: { seconds: bigint; nanos: number }): Promise<Sums> {
  return sumsOf(await ledger.client.getBalance({ accountId: id, moment: { case: "bookTime", value: time } }));
}

async function atDay(ledger: Ledger, { id }: Identified, day: string): Promise<Sums> {
  return sumsOf(await ledger.client.getBalance({ accountId: id, moment: { case: "valueDate", value: dayOf(day) } }));
}
