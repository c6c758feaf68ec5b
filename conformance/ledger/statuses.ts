/** Every fault alone: each status has something that brings it about. */
import { accountFaults } from "./account-faults.ts";
import { type ClauseGroup, clause } from "./clause.ts";
import { provokeAccounts, provokeTransfers } from "./faults.ts";
import { importFaults } from "./import-faults.ts";
import type { AccountStatus, Ledger, TransferStatus } from "./ledger.ts";
import { stepFaults } from "./step-faults.ts";
import { transferFaults } from "./transfer-faults.ts";

/** Statuses of CreateTransfers that nothing sent can bring about, with the reason. */
export const UNPROVOKABLE_TRANSFER_STATUSES: Readonly<Partial<Record<TransferStatus, string>>> = {
  UNSPECIFIED: "never sent",
  AMOUNT_MUST_BE_POSITIVE: "deprecated, never sent",
  OVERFLOWS_TIMEOUT: "the longest timeout, 2^32-1 s, ends 136 years after booking: before 2262 until the year 2126",
};

/** Statuses of CreateAccounts that nothing sent can bring about, with the reason. */
export const UNPROVOKABLE_ACCOUNT_STATUSES: Readonly<Partial<Record<AccountStatus, string>>> = {
  UNSPECIFIED: "never sent",
};

export const statuses: ClauseGroup = {
  name: "statuses",
  clauses: [
    clause("LEDGER-012", "every fault of an account has its status", async (ledger) => {
      for (const faults of await accountFaults(ledger)) {
        await provokeAccounts(ledger, faults);
      }
    }),
    clause("LEDGER-022", "every fault of a transfer has its status", (ledger) => provoke(ledger, transferFaults)),
    clause("LEDGER-022", "every fault of a step has its status", (ledger) => provoke(ledger, stepFaults)),
    clause("LEDGER-022", "every fault of an import has its status", (ledger) => provoke(ledger, importFaults)),
  ],
};

async function provoke(ledger: Ledger, kinds: typeof transferFaults): Promise<void> {
  for (const faults of await kinds(ledger)) {
    await provokeTransfers(ledger, faults);
  }
}
