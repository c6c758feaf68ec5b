/** Closed accounts: nothing passes but the void of what is pending. */
import assert from "node:assert/strict";
import { account, cancel, pending, post, transfer } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { eventually } from "./expect.ts";

export const closing: ClauseGroup = {
  name: "closed accounts",
  clauses: [
    clause("LEDGER-033", "an account made closed refuses every transfer", async (ledger) => {
      const [cash, shut] = [account(), account({ closed: true })];
      await ledger.make(cash, shut);
      assert.equal((await ledger.account(shut)).closed, true);
      assert.deepEqual(await ledger.send(transfer(shut, cash, 1n), transfer(cash, shut, 0n), pending(cash, shut, 1n)), [
        "DEBIT_ACCOUNT_ALREADY_CLOSED",
        "CREDIT_ACCOUNT_ALREADY_CLOSED",
        "CREDIT_ACCOUNT_ALREADY_CLOSED",
      ]);
    }),

    clause("LEDGER-033", "a pending transfer closes either side, and its void opens it again", async (ledger) => {
      const [cash, ana, bia] = [account(), account(), account()];
      await ledger.make(cash, ana, bia);
      const [debited, credited] = [
        pending(ana, cash, 0n, { closingDebit: true }),
        pending(cash, bia, 5n, { closingCredit: true }),
      ];
      await ledger.book(debited, credited);
      const isClosed = async () =>
        (await ledger.client.lookupAccounts({ ids: [cash.id, ana.id, bia.id] })).accounts.map(({ closed }) => closed);
      assert.deepEqual(await isClosed(), [false, true, true]);
      assert.deepEqual(await ledger.send(transfer(cash, ana, 1n), transfer(bia, cash, 1n)), [
        "CREDIT_ACCOUNT_ALREADY_CLOSED",
        "DEBIT_ACCOUNT_ALREADY_CLOSED",
      ]);
      await ledger.book(cancel(debited), transfer(cash, ana, 1n));
      assert.deepEqual(await isClosed(), [false, false, true]);
      await ledger.book(cancel(credited), transfer(bia, cash, 1n));
      assert.deepEqual(await isClosed(), [false, false, false]);
    }),

    clause("LEDGER-033", "what is pending on a closed account can be voided, not posted", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      const [one, two] = [pending(cash, ana, 10n), pending(ana, cash, 20n)];
      const shutting = pending(ana, cash, 0n, { closingDebit: true });
      await ledger.book(one, two, shutting);
      assert.deepEqual(await ledger.send(post(one), post(two), post(shutting), cancel(one)), [
        "CREDIT_ACCOUNT_ALREADY_CLOSED",
        "DEBIT_ACCOUNT_ALREADY_CLOSED",
        "DEBIT_ACCOUNT_ALREADY_CLOSED",
        "CREATED",
      ]);
      assert.equal((await ledger.account(ana)).closed, true, "only the void of what closed it opens it");
      await ledger.book(cancel(shutting), post(two));
      assert.deepEqual(await ledger.sums(ana), [20n, 0n, 0n, 0n]);
    }),

    clause("LEDGER-033", "the expiry of what closed it opens it again", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      await ledger.book(pending(ana, cash, 5n, { closingDebit: true, timeoutSeconds: 1 }));
      assert.deepEqual(await ledger.send(transfer(cash, ana, 1n)), ["CREDIT_ACCOUNT_ALREADY_CLOSED"]);
      await eventually(async () => assert.equal((await ledger.account(ana)).closed, false));
      await ledger.book(transfer(cash, ana, 1n));
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 1n, 0n]);
    }),

    clause("LEDGER-010", "an account closed by a transfer is sent again as it was made", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      await ledger.book(pending(ana, cash, 0n, { closingDebit: true }));
      assert.deepEqual(await ledger.create(ana, { ...ana, closed: true }), ["EXISTS", "EXISTS_WITH_DIFFERENT_FLAGS"]);
    }),
  ],
};
