/** Balancing transfers: as much as is there. */
import assert from "node:assert/strict";
import { account, brl, deposit, pending, transfer, vault } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";

const debit = { balancingDebit: true };
const credit = { balancingCredit: true };

export const balancing: ClauseGroup = {
  name: "balancing transfers",
  clauses: [
    clause("LEDGER-029", "balancing the debit moves what the account has left, at most the amount", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      await ledger.book(transfer(cash, ana, 100n), pending(ana, cash, 30n), pending(cash, ana, 500n));
      const [some, rest, nothing] = [
        transfer(ana, cash, 20n, debit),
        transfer(ana, cash, 1_000n, debit),
        transfer(ana, cash, 5n, debit),
      ];
      await ledger.book(some, rest, nothing);
      const { transfers } = await ledger.client.lookupTransfers({ ids: [some.id, rest.id, nothing.id] });
      assert.deepEqual(
        transfers.map(({ amount }) => amount?.minorUnits),
        [20n, 50n, 0n],
      );
      assert.deepEqual(await ledger.sums(ana), [70n, 30n, 100n, 500n]);
    }),

    clause(
      "LEDGER-029",
      "balancing the debit of an account without a constraint goes by its credits too",
      async (ledger) => {
        const [cash, pool] = [account(), account()];
        await ledger.make(cash, pool);
        const [moved, none] = [transfer(pool, cash, 100n, debit), transfer(pool, cash, 100n, debit)];
        await ledger.book(transfer(cash, pool, 40n), moved, none);
        assert.equal((await ledger.transfer(moved)).amount?.minorUnits, 40n);
        assert.equal((await ledger.transfer(none)).amount?.minorUnits, 0n);
        await ledger.book(transfer(pool, cash, 60n), transfer(pool, cash, 10n, debit));
        assert.deepEqual(await ledger.sums(pool), [100n, 0n, 40n, 0n]);
      },
    ),

    clause("LEDGER-029", "an overdraft is there to be moved", async (ledger) => {
      const [cash, ana, safe] = [account(), deposit(25n), vault(15n)];
      await ledger.make(cash, ana, safe);
      await ledger.book(transfer(cash, ana, 10n), transfer(ana, cash, 1_000n, debit));
      assert.deepEqual(await ledger.sums(ana), [35n, 0n, 10n, 0n]);
      await ledger.book(transfer(cash, safe, 1_000n, credit));
      assert.deepEqual(await ledger.sums(safe), [0n, 0n, 15n, 0n]);
    }),

    clause("LEDGER-029", "balancing the credit is the mirror, and both together move the lesser", async (ledger) => {
      const [cash, ana, safe] = [account(), deposit(), vault()];
      await ledger.make(cash, ana, safe);
      await ledger.book(transfer(cash, ana, 100n), transfer(safe, cash, 60n), pending(cash, safe, 20n));
      const mirrored = transfer(cash, safe, 10n, credit);
      const both = transfer(ana, safe, 1_000n, { ...debit, ...credit });
      const left = transfer(ana, cash, 1_000n, debit);
      await ledger.book(mirrored, both, left);
      const { transfers } = await ledger.client.lookupTransfers({ ids: [mirrored.id, both.id, left.id] });
      assert.deepEqual(
        transfers.map(({ amount }) => amount?.minorUnits),
        [10n, 30n, 70n],
      );
    }),

    clause("LEDGER-029", "a pending one reserves what is available", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      await ledger.book(transfer(cash, ana, 10n), pending(ana, cash, 1_000n, debit), transfer(ana, cash, 1n, debit));
      assert.deepEqual(await ledger.sums(ana), [0n, 10n, 10n, 0n]);
    }),

    clause("LEDGER-029", "sent again it answers EXISTS as long as its most covers what was moved", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = transfer(ana, cash, 100n, debit);
      await ledger.book(transfer(cash, ana, 40n), asked, transfer(cash, ana, 500n));
      assert.deepEqual(
        await ledger.send(
          asked,
          { ...asked, amount: brl(40n) },
          { ...asked, amount: brl(1_000n) },
          { ...asked, amount: brl(39n) },
          { ...asked, amount: brl(40n), balancingDebit: false },
        ),
        ["EXISTS", "EXISTS", "EXISTS", "EXISTS_WITH_DIFFERENT_AMOUNT", "EXISTS_WITH_DIFFERENT_FLAGS"],
      );
      assert.deepEqual(await ledger.sums(ana), [40n, 0n, 540n, 0n]);
    }),

    clause("LEDGER-029", "what it does not balance still bounds it", async (ledger) => {
      const [cash, ana, safe] = [account(), deposit(), vault()];
      await ledger.make(cash, ana, safe);
      await ledger.book(transfer(cash, ana, 40n));
      assert.deepEqual(await ledger.send(transfer(ana, safe, 100n, debit), transfer(ana, safe, 41n, credit)), [
        "EXCEEDS_DEBITS",
        "CREATED",
      ]);
      assert.deepEqual(await ledger.sums(ana), [0n, 0n, 40n, 0n]);
    }),
  ],
};
