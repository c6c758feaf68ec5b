/** What can be wrong with a transfer that posts or voids a pending one. */
import assert from "node:assert/strict";
import { PendingState } from "#gen/malla/ledger/v1/ledger_pb.js";
import {
  account,
  brl,
  cancel,
  dayOf,
  deposit,
  MAX_ID,
  newId,
  pending,
  post,
  timeOf,
  transfer,
  ZERO_ID,
} from "./build.ts";
import { eventually } from "./expect.ts";
import { fault, type TransferFaults } from "./faults.ts";
import type { Ledger } from "./ledger.ts";

/** All kinds of faulty steps, for books that are empty. */
export async function stepFaults(ledger: Ledger): Promise<TransferFaults[]> {
  const [cash, ana, bia, bob, poor] = [account(), account(), account(), account(), deposit()];
  const [shutFrom, shutTo] = [account(), account()];
  await ledger.make(cash, ana, bia, bob, poor, shutFrom, shutTo);
  const [open, posted, voided, plain] = [
    pending(cash, ana, 10n),
    pending(cash, ana, 10n),
    pending(cash, ana, 10n),
    transfer(cash, ana, 10n),
  ];
  const expired = pending(cash, ana, 10n, { timeoutSeconds: 1 });
  const [heldFrom, heldTo] = [pending(shutFrom, ana, 10n), pending(cash, shutTo, 10n)];
  await ledger.book(open, posted, voided, plain, expired, heldFrom, heldTo, post(posted), cancel(voided));
  await ledger.book(
    pending(shutFrom, ana, 0n, { closingDebit: true }),
    pending(cash, shutTo, 0n, { closingCredit: true }),
  );
  const spent = transfer(poor, cash, 1n);
  await ledger.send(spent);
  await eventually(async () => assert.equal((await ledger.transfer(expired)).state, PendingState.EXPIRED));

  const ofEither: TransferFaults["faults"] = [
    fault("IMPORTED_EVENT_NOT_EXPECTED", { importTime: timeOf("2020-01-01") }),
    fault("ID_MUST_NOT_BE_ZERO", { id: ZERO_ID }),
    fault("ID_MUST_NOT_BE_INT_MAX", { id: MAX_ID }),
    fault("ID_ALREADY_FAILED", { id: spent.id }),
    fault("AMOUNT_MUST_NOT_BE_NEGATIVE", { amount: brl(-1n) }),
    fault("FLAGS_ARE_MUTUALLY_EXCLUSIVE", { balancingDebit: true }),
    fault("FLAGS_ARE_MUTUALLY_EXCLUSIVE", { balancingCredit: true }),
    fault("FLAGS_ARE_MUTUALLY_EXCLUSIVE", { closingDebit: true }),
    fault("FLAGS_ARE_MUTUALLY_EXCLUSIVE", { closingCredit: true }),
    fault("FLAGS_ARE_MUTUALLY_EXCLUSIVE", { reversesId: plain.id }),
    fault("PENDING_ID_MUST_NOT_BE_ZERO", { pendingId: "" }),
    fault("PENDING_ID_MUST_NOT_BE_INT_MAX", { pendingId: MAX_ID }),
    fault("PENDING_ID_MUST_BE_DIFFERENT", () => {
      const id = newId();
      return { id, pendingId: id };
    }),
    fault("TIMEOUT_RESERVED_FOR_PENDING_TRANSFER", { timeoutSeconds: 1 }),
    fault("VALUE_DATE_INVALID", { valueDate: dayOf("2026-13-01") }),
    fault("PENDING_TRANSFER_NOT_FOUND", () => ({ pendingId: newId() })),
    fault("PENDING_TRANSFER_NOT_PENDING", { pendingId: plain.id }),
    fault("PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID", { debitAccountId: bia.id }),
    fault("PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID", { creditAccountId: bob.id }),
    fault("PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY", { amount: { currencyCode: "MXN", minorUnits: 11n } }),
    fault("PENDING_TRANSFER_HAS_DIFFERENT_CODE", { code: 9 }),
    fault("PENDING_TRANSFER_ALREADY_POSTED", { pendingId: posted.id }),
    fault("PENDING_TRANSFER_ALREADY_VOIDED", { pendingId: voided.id }),
    fault("PENDING_TRANSFER_EXPIRED", { pendingId: expired.id }),
  ];

  return [
    {
      of: "a post",
      ahead: [transfer(cash, ana, 1n)],
      sound: () => post(open),
      faults: [
        ...ofEither,
        fault("EXCEEDS_PENDING_TRANSFER_AMOUNT", { amount: brl(11n) }),
        fault("DEBIT_ACCOUNT_ALREADY_CLOSED", { pendingId: heldFrom.id }),
        fault("CREDIT_ACCOUNT_ALREADY_CLOSED", { pendingId: heldTo.id }),
      ],
    },
    {
      of: "a void",
      ahead: [transfer(cash, ana, 1n)],
      sound: () => cancel(open),
      faults: [...ofEither, fault("PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT", { amount: brl(9n) })],
    },
  ];
}
