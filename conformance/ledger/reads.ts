/** Lookups, the trial balance and how far the ledger has come. */
import assert from "node:assert/strict";
import { account, brl, cancel, deposit, newId, pending, post, renewed, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { eventually } from "./expect.ts";
import { present, sumsOf } from "./ledger.ts";

export const reads: ClauseGroup = {
  name: "reads",
  clauses: [
    clause("LEDGER-030", "accounts are read in the order asked, without those that do not exist", async (ledger) => {
      const [one, two] = [account(), account()];
      await ledger.make(one, two);
      const { accounts } = await ledger.client.lookupAccounts({ ids: [two.id, newId(), one.id] });
      assert.deepEqual(
        accounts.map(({ id }) => id),
        [two.id, one.id],
      );
    }),

    clause("LEDGER-031", "transfers are read in the order asked, without those that do not exist", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      const [one, two] = [transfer(cash, ana, 1n), pending(cash, ana, 2n)];
      await ledger.book(one, two);
      const { transfers } = await ledger.client.lookupTransfers({ ids: [two.id, newId(), one.id] });
      assert.deepEqual(
        transfers.map(({ id }) => id),
        [two.id, one.id],
      );
    }),

    clause("LEDGER-037", "a read shows everything that was answered before it was asked", async (ledger) => {
      const [cash, ana] = [account(), account({ keepsHistory: true })];
      await ledger.make(cash, ana);
      for (let sum = 1n; sum <= 25n; sum++) {
        const asked = transfer(cash, ana, 1n);
        await ledger.book(asked);
        const [{ entries }, balance, { lines }, account] = await Promise.all([
          ledger.client.listEntries({ accountId: ana.id, pageSize: 1 }),
          ledger.client.getBalance({ accountId: ana.id }),
          ledger.client.getTrialBalance({}),
          ledger.account(ana),
        ]);
        assert.deepEqual([entries[0]?.transfer?.id, entries[0]?.creditsPostedAfter], [asked.id, sum]);
        assert.deepEqual([balance.creditsPosted, lines[0]?.creditsPosted], [sum, String(sum)]);
        assert.deepEqual(sumsOf(account), [0n, 0n, sum, 0n]);
      }
    }),

    clause(
      "LEDGER-037",
      "what was answered is there, and answers the same, after the ledger was down",
      async (ledger) => {
        const [cash, ana] = [account(), deposit(0n, { keepsHistory: true })];
        await ledger.make(cash, ana);
        const [paid, poor, held] = [transfer(cash, ana, 10n), transfer(ana, cash, 50n), pending(cash, ana, 4n)];
        const back = transfer(ana, cash, 7n, { reversesId: paid.id });
        assert.deepEqual(await ledger.send(paid, poor, held, back), [
          "CREATED",
          "EXCEEDS_CREDITS",
          "CREATED",
          "CREATED",
        ]);
        const before = [await ledger.account(cash), await ledger.account(ana), await ledger.transfer(held)];
        const { entries } = await ledger.client.listEntries({ accountId: ana.id });
        const again = await ledger.restart(async () => {});
        assert.deepEqual([await again.account(cash), await again.account(ana), await again.transfer(held)], before);
        assert.deepEqual((await again.client.listEntries({ accountId: ana.id })).entries, entries);
        await again.book(transfer(cash, ana, 100n));
        assert.deepEqual(await again.send(paid, poor, renewed({ ...back, amount: brl(4n) }), post(held), held), [
          "EXISTS",
          "ID_ALREADY_FAILED",
          "EXCEEDS_REVERSED_TRANSFER_AMOUNT",
          "CREATED",
          "EXISTS",
        ]);
      },
      { needs: "restart" },
    ),

    clause("LEDGER-001", "the trial balance proves each ledger and currency, beyond 64 bits", async (ledger) => {
      const [one, two, three] = [account(), account(), account()];
      const [mxn, peso] = [account({ ledger: 2, currencyCode: "MXN" }), account({ ledger: 2, currencyCode: "MXN" })];
      await ledger.make(one, two, three, mxn, peso, account({ currencyCode: "ARS" }));
      const most = 2n ** 63n - 1n;
      const held = pending(mxn, peso, 9n, { amount: { currencyCode: "MXN", minorUnits: 9n } });
      await ledger.book(transfer(one, two, most), transfer(two, three, most), held);
      const { lines } = await ledger.client.getTrialBalance({});
      assert.deepEqual(
        lines.map((line) => [line.ledger, line.currencyCode, line.debitsPosted, line.creditsPosted, line.accountCount]),
        [
          [1, "ARS", "0", "0", 1n],
          [1, "BRL", String(2n * most), String(2n * most), 3n],
          [2, "MXN", "0", "0", 2n],
        ],
      );
      assert.deepEqual(
        lines.map((line) => [line.debitsPending, line.creditsPending, line.transferCount, line.balanced]),
        [
          ["0", "0", 0n, true],
          ["0", "0", 2n, true],
          ["9", "9", 1n, true],
        ],
      );
      const { lines: second } = await ledger.client.getTrialBalance({ ledger: 2 });
      assert.deepEqual(
        second.map((line) => line.ledger),
        [2],
      );
    }),

    clause("LEDGER-001", "the books balance while transfers of all kinds go on", async (ledger) => {
      const accounts = [account(), deposit(), deposit(50n), account()];
      await ledger.make(...accounts);
      const pick = (index: number) => present(accounts[index % accounts.length], "an account");
      const writes = Array.from({ length: 30 }, async (_, round) => {
        const [from, to] = [pick(round), pick(round + 1 + (round % 3))];
        const held = pending(from, to, BigInt(1 + (round % 7)));
        const step = round % 2 === 0 ? post(held, 1n) : cancel(held);
        await ledger.send(transfer(pick(0), to, BigInt(round)), transfer(to, from, 3n), held, step);
        const { lines } = await ledger.client.getTrialBalance({});
        const line = present(lines[0], "the line");
        assert.ok(line.balanced);
        assert.deepEqual([line.debitsPosted, line.debitsPending], [line.creditsPosted, line.creditsPending]);
      });
      await Promise.all(writes);
    }),

    clause("LedgerService.GetLedgerStatus", "numbers grow, and what is derived catches up", async (ledger) => {
      const [cash, ana] = [account(), account({ keepsHistory: true })];
      await ledger.make(cash, ana);
      const before = await ledger.client.getLedgerStatus({});
      await ledger.book(transfer(cash, ana, 1n), transfer(cash, ana, 1n));
      const after = await ledger.client.getLedgerStatus({});
      assert.ok(after.bookedNumber >= before.bookedNumber + 2n);
      assert.ok(after.epoch >= before.epoch);
      await eventually(async () => {
        const now = await ledger.client.getLedgerStatus({});
        assert.ok(now.historyNumber >= after.bookedNumber && now.publishedNumber >= after.bookedNumber);
        assert.ok(now.historyNumber <= now.bookedNumber && now.publishedNumber <= now.bookedNumber);
        assert.ok(now.checkpointNumber <= now.bookedNumber);
      });
    }),
  ],
};
