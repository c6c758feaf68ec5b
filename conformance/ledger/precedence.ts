/** Of two faults of one item, the one that stands first in the enum is the answer. */
import assert from "node:assert/strict";
import { accountFaults } from "./account-faults.ts";
import { account, deposit, pending, transfer, ZERO_ID } from "./build.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { comparePairsOfAccounts, comparePairsOfTransfers } from "./faults.ts";
import { importFaults } from "./import-faults.ts";
import type { Ledger } from "./ledger.ts";
import { stepFaults } from "./step-faults.ts";
import { transferFaults } from "./transfer-faults.ts";

export const precedence: ClauseGroup = {
  name: "precedence of faults",
  clauses: [
    clause("LEDGER-012", "of two faults of an account the first of the enum is the answer", async (ledger) => {
      for (const faults of await accountFaults(ledger)) {
        await comparePairsOfAccounts(ledger, faults);
      }
    }),
    clause("LEDGER-022", "of two faults of a transfer the first of the enum is the answer", (ledger) =>
      compare(ledger, transferFaults),
    ),
    clause("LEDGER-022", "of two faults of a step the first of the enum is the answer", (ledger) =>
      compare(ledger, stepFaults),
    ),
    clause("LEDGER-022", "of two faults of an import the first of the enum is the answer", (ledger) =>
      compare(ledger, importFaults),
    ),

    clause("LEDGER-022", "a chain's fate stands before an item's own faults", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      const faulty = transfer(cash, ana, 1n, { id: ZERO_ID, code: 0 });
      assert.deepEqual(await ledger.send(transfer(cash, cash, 1n, { linked: true }), faulty), [
        "ACCOUNTS_MUST_BE_DIFFERENT",
        "LINKED_EVENT_FAILED",
      ]);
      assert.deepEqual(await ledger.send({ ...faulty, linked: true }), ["LINKED_EVENT_CHAIN_OPEN"]);
    }),

    clause("LEDGER-022", "another link stands before other differences", async (ledger) => {
      const [cash, ana] = [account(), account()];
      await ledger.make(cash, ana);
      const asked = transfer(cash, ana, 1n);
      await ledger.book(asked);
      assert.deepEqual(
        await ledger.send({ ...asked, linked: true, code: 2, closingDebit: true }, transfer(cash, ana, 1n)),
        ["EXISTS_WITH_DIFFERENT_LINKED", "LINKED_EVENT_FAILED"],
      );
    }),

    clause("LEDGER-022", "that a transfer exists stands before the state of the moment", async (ledger) => {
      const [cash, ana] = [account(), deposit()];
      await ledger.make(cash, ana);
      const asked = transfer(ana, cash, 10n);
      await ledger.book(transfer(cash, ana, 10n), asked, pending(ana, cash, 0n, { closingDebit: true }));
      assert.deepEqual(await ledger.send(asked, { ...asked, code: 2 }), ["EXISTS", "EXISTS_WITH_DIFFERENT_CODE"]);
    }),
  ],
};

async function compare(ledger: Ledger, kinds: typeof transferFaults): Promise<void> {
  for (const faults of await kinds(ledger)) {
    await comparePairsOfTransfers(ledger, faults);
  }
}
