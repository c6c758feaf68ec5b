/** What can be wrong with a transfer that is imported. */
import { TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { account, brl, deposit, MAX_ID, newId, timeOf, transfer, vault, ZERO_ID } from "./build.ts";
import { fault, type TransferFaults } from "./faults.ts";
import type { Ledger } from "./ledger.ts";

/** All kinds of faulty imports, for books that are empty. */
export async function importFaults(ledger: Ledger): Promise<TransferFaults[]> {
  const [cash, ana, poor, bare, shutFrom, shutTo, lateFrom, lateTo] = [
    account({ importTime: timeOf("2020-01-01") }),
    account({ importTime: timeOf("2020-01-02") }),
    deposit(0n, { importTime: timeOf("2020-01-03") }),
    vault(0n, { importTime: timeOf("2020-01-04") }),
    account({ importTime: timeOf("2020-01-05"), closed: true }),
    account({ importTime: timeOf("2020-01-06"), closed: true }),
    account({ importTime: timeOf("2020-06-01") }),
    account({ importTime: timeOf("2020-06-02") }),
  ];
  await ledger.make(cash, ana, poor, bare, shutFrom, shutTo, lateFrom, lateTo);
  const first = transfer(cash, ana, 1n, { importTime: timeOf("2020-02-01") });
  await ledger.book(first);
  return [
    {
      of: "an imported transfer",
      ahead: [transfer(cash, ana, 1n, { importTime: timeOf("2020-03-01") })],
      sound: () => transfer(cash, ana, 1n, { importTime: timeOf("2020-04-01") }),
      faults: [
        fault("IMPORTED_EVENT_EXPECTED", { importTime: undefined }),
        fault("IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE", { importTime: timeOf("1969-12-31") }),
        // Not past either.
        fault("IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE", { importTime: timeOf("2263-01-01") }),
        fault("IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE", { importTime: timeOf("2200-01-01") }),
        fault("ID_MUST_NOT_BE_ZERO", { id: ZERO_ID }),
        fault("ID_MUST_NOT_BE_INT_MAX", { id: MAX_ID }),
        fault("AMOUNT_MUST_NOT_BE_NEGATIVE", { amount: brl(-1n) }),
        fault("CODE_MUST_NOT_BE_ZERO", { code: 0 }),
        fault("DEBIT_ACCOUNT_NOT_FOUND", () => ({ debitAccountId: newId() })),
        fault("REVERSED_TRANSFER_NOT_FOUND", () => ({ reversesId: newId() })),
        fault("IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS", { importTime: timeOf("2020-02-15") }),
        fault("IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT", { debitAccountId: lateFrom.id }),
        fault("IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT", { creditAccountId: lateTo.id }),
        fault("IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO", {
          phase: TransferPhase.PENDING,
          timeoutSeconds: 1,
          // Named, as a pending transfer reverses nothing, which would be another fault.
          reversesId: "",
        }),
        fault("DEBIT_ACCOUNT_ALREADY_CLOSED", { debitAccountId: shutFrom.id }),
        fault("CREDIT_ACCOUNT_ALREADY_CLOSED", { creditAccountId: shutTo.id }),
        fault("EXCEEDS_CREDITS", { debitAccountId: poor.id }),
        fault("EXCEEDS_DEBITS", { creditAccountId: bare.id }),
      ],
    },
    {
      // Older than what is there, which would be a fault.
      of: "an imported transfer that exists",
      ahead: [transfer(cash, ana, 1n, { importTime: timeOf("2020-03-15") })],
      sound: () => first,
      faults: [
        fault("IMPORTED_EVENT_EXPECTED", { importTime: undefined }),
        fault("EXISTS_WITH_DIFFERENT_AMOUNT", { amount: brl(2n) }),
        fault("EXISTS_WITH_DIFFERENT_CODE", { code: 2 }),
        fault("EXISTS", {}),
      ],
    },
  ];
}
