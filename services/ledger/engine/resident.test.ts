/** What the memory does with reads that something overtook; how it does in general is the simulation's to say. */
import { expect, it } from "vitest";
import type { Account } from "../domain/account.ts";
import { openBooks } from "../domain/books.ts";
import { createAccounts } from "../domain/create-accounts.ts";
import { createTransfers } from "../domain/create-transfers.ts";
import { MAX_ID, ZERO_ID } from "../domain/id.ts";
import { accountAt, accountId } from "../domain/testing/random-accounts.ts";
import { idOf } from "../domain/testing/table.ts";
import { PHASE } from "../domain/transfer.ts";
import type { Loader } from "../store/load.ts";
import type { Job } from "./job.ts";
import { openResident } from "./resident.ts";

const NOW_NS = 1_700_000_000_000_000_000n;
const TENANT = "t";
const NOBODY = accountId(99);

it("an account that was made while it was read stays as it is", async () => {
  const older = { ...accountOfBooks(), debitsPosted: 0n };
  const newer = { ...older, debitsPosted: 10n };
  const accounts = async () => {
    resident.find(TENANT)?.accounts.set(newer.id, newer);
    return [older];
  };
  const resident = openResident({ ...NOTHING, accounts }, 10);
  await resident.load([jobFor({ accounts: [NOBODY] })]);
  expect(resident.find(TENANT)?.accounts.get(older.id)).toBe(newer);
});

it("what was read while something was forgotten is read again", async () => {
  const older = accountOfBooks();
  const newer = { ...older, debitsPosted: 10n };
  let reads = 0;
  const accounts = async () => {
    reads++;
    if (reads === 1) {
      // It was there, moved, and was forgotten, all between the read and its answer.
      resident.find(TENANT)?.accounts.set(older.id, { ...newer });
      resident.makeRoom(1, 1, 1);
    }
    return [reads === 1 ? older : newer];
  };
  const resident = openResident({ ...NOTHING, accounts }, 0);
  await resident.load([jobFor({ accounts: [NOBODY] })]);
  expect(resident.find(TENANT)?.accounts.get(older.id)).toBe(newer);
});

it("a transfer that was booked while it was read stays as it is", async () => {
  const [older, newer] = [pendingTransfer(), { ...pendingTransfer(), state: "posted" as const }];
  const loader: Loader = {
    ...NOTHING,
    tenant: async () => ({ lastAccountTimeNs: 0n, lastTransferTimeNs: 0n, largestId: MAX_ID }),
    transfers: async () => {
      resident.find(TENANT)?.transfers.set(newer.id, newer);
      return { transfers: [older], failures: [] };
    },
  };
  const resident = openResident(loader, 10);
  await resident.load([jobFor({ transfers: [older.id] })]);
  expect(resident.find(TENANT)?.transfers.get(older.id)).toBe(newer);
});

it("a transfer whose booking is under way is not forgotten, however much is loaded meanwhile", async () => {
  const booked = pendingTransfer();
  const tenant = async () => ({ lastAccountTimeNs: 0n, lastTransferTimeNs: 0n, largestId: MAX_ID });
  const resident = openResident({ ...NOTHING, tenant }, 10, 1);
  const decided = 5;
  await resident.load([jobFor({ transfers: [idOf("T2")] })]);
  resident.find(TENANT)?.transfers.set(booked.id, booked);
  for (const name of ["T3", "T4", "T5"]) {
    await resident.load([jobFor({ transfers: [idOf(name)] })]);
    resident.makeRoom(0, 0, decided);
  }
  expect(resident.find(TENANT)?.transfers.get(booked.id)).toBe(booked);
});

const NOTHING: Loader = {
  tenant: async () => ({ lastAccountTimeNs: 0n, lastTransferTimeNs: 0n, largestId: ZERO_ID }),
  accounts: async () => [],
  transfers: async () => ({ transfers: [], failures: [] }),
  timeouts: async () => [],
};

function jobFor(needs: Partial<Job["needs"]>): Job {
  return {
    tenant: TENANT,
    size: 1,
    deadlineMs: Number.POSITIVE_INFINITY,
    needs: { accounts: [], transfers: [], referred: [], ...needs },
    decide: () => () => {},
    fail: () => {},
  };
}

function accountOfBooks(): Account {
  const books = openBooks();
  createAccounts(books, [accountAt(0)], NOW_NS);
  const [account] = books.accounts.values();
  if (account === undefined) throw new Error("an account was made");
  return account;
}

function pendingTransfer() {
  const books = openBooks();
  createAccounts(books, [accountAt(0), accountAt(1)], NOW_NS);
  const id = idOf("T1");
  const asked = {
    id,
    phase: PHASE.pending,
    flags: 0,
    debitAccountId: accountId(0),
    creditAccountId: accountId(1),
    amount: 1n,
    currencyCode: "BRL",
    code: 1,
    pendingId: ZERO_ID,
    timeoutSeconds: 0,
    metadata: {},
    valueDate: undefined,
    reversesId: ZERO_ID,
    importTimeNs: undefined,
  };
  createTransfers(books, [asked], NOW_NS);
  const transfer = books.transfers.get(id);
  if (transfer === undefined) throw new Error("a transfer was booked");
  return transfer;
}
