/** What can be wrong with a transfer that moves money at once, is pending, reverses another, or exists. */
import { TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import {
  account,
  brl,
  dayOf,
  deposit,
  MAX,
  MAX_ID,
  newId,
  pending,
  timeOf,
  transfer,
  vault,
  ZERO_ID,
} from "./build.ts";
import { fault, type TransferFaults } from "./faults.ts";
import type { Ledger } from "./ledger.ts";

const mxn = (minorUnits: bigint) => ({ currencyCode: "MXN", minorUnits });

/** All kinds of faulty transfers but steps and imports, for books that are empty. */
export async function transferFaults(ledger: Ledger): Promise<TransferFaults[]> {
  const [cash, ana, peso] = [account(), account(), account({ currencyCode: "MXN" })];
  const foreign = account({ ledger: 2 });
  const [poor, bare] = [deposit(), vault()];
  const [shutFrom, shutTo, shutLater] = [account({ closed: true }), account({ closed: true }), account()];
  // Full: posted sums. Held: pending sums. Half: both together.
  const [fullFrom, fullTo, heldFrom, heldTo, halfFrom, halfTo] = [
    account(),
    account(),
    account(),
    account(),
    account(),
    account(),
  ];
  await ledger.make(cash, ana, peso, foreign, poor, bare, shutFrom, shutTo, shutLater);
  await ledger.make(fullFrom, fullTo, heldFrom, heldTo, halfFrom, halfTo);
  const [reversed, sameWay, held, shut] = [
    transfer(ana, cash, 10n),
    transfer(cash, ana, 10n),
    pending(ana, cash, 10n),
    transfer(shutLater, cash, 10n),
  ];
  const booked = pending(cash, ana, 100n, {
    timeoutSeconds: 3_600,
    metadata: { memo: "x" },
    valueDate: dayOf("2026-01-31"),
  });
  const half = 2n ** 62n;
  await ledger.book(reversed, sameWay, held, shut, booked);
  await ledger.book(pending(shutLater, cash, 0n, { closingDebit: true }), transfer(fullFrom, fullTo, MAX));
  await ledger.book(
    pending(heldFrom, heldTo, MAX),
    transfer(halfFrom, halfTo, half),
    pending(halfFrom, halfTo, half - 1n),
  );
  const spent = transfer(poor, cash, 1n);
  await ledger.send(spent);

  const ofAnyKind: TransferFaults["faults"] = [
    fault("IMPORTED_EVENT_NOT_EXPECTED", { importTime: timeOf("2263-01-01") }),
    fault("ID_MUST_NOT_BE_ZERO", { id: ZERO_ID }),
    fault("ID_MUST_NOT_BE_INT_MAX", { id: MAX_ID }),
    fault("ID_ALREADY_FAILED", { id: spent.id }),
    fault("AMOUNT_MUST_NOT_BE_NEGATIVE", { amount: brl(-1n) }),
    fault("DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO", { debitAccountId: "" }),
    fault("DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO", { debitAccountId: ZERO_ID }),
    fault("DEBIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX", { debitAccountId: MAX_ID }),
    fault("CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO", { creditAccountId: "" }),
    fault("CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO", { creditAccountId: ZERO_ID }),
    fault("CREDIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX", { creditAccountId: MAX_ID }),
    fault("ACCOUNTS_MUST_BE_DIFFERENT", { debitAccountId: cash.id, creditAccountId: cash.id }),
    fault("PENDING_ID_MUST_BE_ZERO", { pendingId: held.id }),
    fault("AMOUNT_MUST_BE_SET", { amount: undefined }),
    fault("VALUE_DATE_INVALID", { valueDate: dayOf("2026-02-30") }),
    fault("CODE_MUST_NOT_BE_ZERO", { code: 0 }),
    fault("DEBIT_ACCOUNT_NOT_FOUND", () => ({ debitAccountId: newId() })),
    fault("CREDIT_ACCOUNT_NOT_FOUND", () => ({ creditAccountId: newId() })),
    fault("ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER", { creditAccountId: foreign.id }),
    fault("CURRENCIES_MUST_MATCH", { amount: mxn(1n) }),
    fault("CURRENCIES_MUST_MATCH", { creditAccountId: peso.id }),
    fault("DEBIT_ACCOUNT_ALREADY_CLOSED", { debitAccountId: shutFrom.id }),
    fault("CREDIT_ACCOUNT_ALREADY_CLOSED", { creditAccountId: shutTo.id }),
    fault("OVERFLOWS_DEBITS", { debitAccountId: halfFrom.id }),
    fault("OVERFLOWS_CREDITS", { creditAccountId: halfTo.id }),
    fault("EXCEEDS_CREDITS", { debitAccountId: poor.id }),
    fault("EXCEEDS_DEBITS", { creditAccountId: bare.id }),
  ];

  return [
    {
      of: "a transfer",
      ahead: [transfer(cash, ana, 1n)],
      sound: () => transfer(cash, ana, 1n),
      faults: [
        ...ofAnyKind,
        fault("TIMEOUT_RESERVED_FOR_PENDING_TRANSFER", { timeoutSeconds: 1 }),
        fault("CLOSING_TRANSFER_MUST_BE_PENDING", { closingDebit: true }),
        fault("CLOSING_TRANSFER_MUST_BE_PENDING", { closingCredit: true }),
        fault("REVERSED_TRANSFER_NOT_FOUND", () => ({ reversesId: newId() })),
        fault("REVERSED_TRANSFER_NOT_POSTED", { reversesId: held.id }),
        fault("REVERSAL_MUST_MIRROR_ACCOUNTS", { reversesId: sameWay.id }),
        fault("EXCEEDS_REVERSED_TRANSFER_AMOUNT", {
          reversesId: reversed.id,
          amount: brl(11n),
          // Named, as with other accounts it would mirror nothing.
          debitAccountId: cash.id,
          creditAccountId: ana.id,
        }),
        fault("OVERFLOWS_DEBITS_POSTED", { debitAccountId: fullFrom.id }),
        fault("OVERFLOWS_CREDITS_POSTED", { creditAccountId: fullTo.id }),
      ],
    },
    {
      of: "a pending transfer",
      ahead: [transfer(cash, ana, 1n)],
      sound: () => pending(cash, ana, 1n),
      faults: [
        ...ofAnyKind,
        fault("FLAGS_ARE_MUTUALLY_EXCLUSIVE", { reversesId: reversed.id }),
        fault("OVERFLOWS_DEBITS_PENDING", { debitAccountId: heldFrom.id }),
        fault("OVERFLOWS_CREDITS_PENDING", { creditAccountId: heldTo.id }),
      ],
    },
    {
      of: "a reversal into a closed account",
      ahead: [transfer(cash, ana, 1n)],
      sound: () => transfer(cash, shutLater, 1n, { reversesId: shut.id }),
      faults: [
        fault("CREDIT_ACCOUNT_ALREADY_CLOSED", {}),
        fault("EXCEEDS_REVERSED_TRANSFER_AMOUNT", { amount: brl(11n) }),
      ],
    },
    {
      of: "a transfer that exists",
      ahead: [booked],
      sound: () => booked,
      faults: [
        fault("IMPORTED_EVENT_NOT_EXPECTED", { importTime: timeOf("2020-01-01") }),
        fault("EXISTS_WITH_DIFFERENT_FLAGS", { phase: TransferPhase.VOID_PENDING }),
        fault("EXISTS_WITH_DIFFERENT_FLAGS", { balancingCredit: true }),
        fault("EXISTS_WITH_DIFFERENT_FLAGS", { closingDebit: true }),
        fault("EXISTS_WITH_DIFFERENT_PENDING_ID", { pendingId: held.id }),
        fault("EXISTS_WITH_DIFFERENT_TIMEOUT", { timeoutSeconds: 0 }),
        fault("EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID", { debitAccountId: MAX_ID }),
        fault("EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID", { creditAccountId: cash.id }),
        fault("EXISTS_WITH_DIFFERENT_AMOUNT", { amount: brl(-1n) }),
        // In another currency as well.
        fault("EXISTS_WITH_DIFFERENT_AMOUNT", { amount: mxn(99n) }),
        fault("EXISTS_WITH_DIFFERENT_CURRENCY", { amount: mxn(100n) }),
        fault("EXISTS_WITH_DIFFERENT_METADATA", { metadata: {} }),
        fault("EXISTS_WITH_DIFFERENT_VALUE_DATE", { valueDate: dayOf("2026-02-30") }),
        fault("EXISTS_WITH_DIFFERENT_REVERSES_ID", { reversesId: reversed.id }),
        fault("EXISTS_WITH_DIFFERENT_CODE", { code: 0 }),
      ],
    },
  ];
}
