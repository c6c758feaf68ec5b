/** Makes accounts. Notes go first, so that no account is ever without its own; then the cluster decides. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { CreateAccountStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { type Account, BalanceConstraint } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { CreateAccountResultSchema } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { type Books, ledgerNumbers } from "./books.ts";
import { idOf, normalUuid, u128OfUuid } from "./ids.ts";
import { fromAccountFlags, fromTimeNs, toAccountFlags, toImportTimeNs } from "./mapping.ts";
import { type AccountNote, digestOfAccountNote, isSameMetadata, noteOfAccount } from "./notes.ts";
import { ensureFacilities, MADE_CLOSED } from "./overdraft.ts";
import { type NotedAccount, noteAccounts } from "./read-accounts.ts";
import { accountStatusName, type TbAccountStatus, toAccountStatus } from "./statuses.ts";
import { MAX_BATCH, type TbAccount, type TbResult } from "./tigerbeetle.ts";

/** What became of one account. */
export type AccountResult = MessageInitShape<typeof CreateAccountResultSchema>;

interface Item {
  readonly asked: Account;
  readonly note: AccountNote;
  readonly account: TbAccount;
  /** A fault that TigerBeetle does not know, and the one that it was made to answer in its place. */
  readonly fault?: { readonly answer: TbAccountStatus; readonly status: CreateAccountStatus };
}

/** Makes accounts; one result per account, in order. */
export async function createAccounts(books: Books, asked: readonly Account[]): Promise<AccountResult[]> {
  const imports = asked[0]?.importTime !== undefined;
  const numbers = await ledgerNumbers(books, asked);
  const items = asked.map((account, index) => prepareAccount(books.tenant, account, numbers[index] ?? 0, imports));
  const rows = items.flatMap(({ asked: { id }, note, account }) =>
    account.user_data_64 === 0n ? [] : [{ id: normalUuid(id), digest: account.user_data_64, note }],
  );
  if (rows.length > 0) {
    await books.side.saveAccountNotes(rows);
  }
  const results: AccountResult[] = [];
  for (let start = 0; start < items.length; start += MAX_BATCH) {
    const batch = items.slice(start, start + MAX_BATCH);
    const answers = await books.cluster.createAccounts(batch.map(({ account }) => account));
    results.push(...(await resultsOf(books, batch, answers)));
  }
  return results;
}

async function resultsOf(books: Books, items: readonly Item[], answers: readonly TbResult[]): Promise<AccountResult[]> {
  const names = answers.map(({ status }) => accountStatusName(status));
  const taken = items.filter((_, index) => names[index]?.startsWith("exists"));
  const existing =
    taken.length === 0
      ? []
      : await noteAccounts(books, await books.cluster.lookupAccounts(new Set(taken.map(({ account }) => account.id))));
  const byId = new Map(existing.map((noted) => [noted.account.id, noted]));
  const results = items.map((item, index): AccountResult => {
    const name = names[index];
    const answer = answers[index];
    if (name === undefined || answer === undefined) {
      throw new Error("TigerBeetle answers every item");
    }
    const known = byId.get(item.account.id);
    if (name.startsWith("exists") && known !== undefined) {
      const status = differenceOf(known, item);
      return status === undefined
        ? { status: CreateAccountStatus.EXISTS, createTime: fromTimeNs(known.account.timestamp) }
        : { status };
    }
    if (item.fault?.answer === name) {
      return { status: item.fault.status };
    }
    const status = toAccountStatus(name);
    return name === "created" ? { status, createTime: fromTimeNs(answer.timestamp) } : { status };
  });
  // Before the caller hears of an account, its overdraft can be used.
  await ensureFacilities(
    books,
    items.flatMap(({ account, note }, index) => {
      const isThere = names[index] === "created" || results[index]?.status === CreateAccountStatus.EXISTS;
      return isThere ? [{ account, limit: note.overdraftLimit }] : [];
    }),
  );
  return results;
}

/** An account as TigerBeetle takes it. What TigerBeetle would not refuse is spoilt where its own order has the fault. */
function prepareAccount(tenant: string, asked: Account, ledgerNumber: number, imports: boolean): Item {
  const note = noteOfAccount(asked);
  const id = normalUuid(asked.id);
  const account: TbAccount = {
    id: idOf(tenant, id),
    debits_pending: 0n,
    debits_posted: 0n,
    credits_pending: 0n,
    credits_posted: 0n,
    user_data_128: u128OfUuid(id),
    user_data_64: digestOfAccountNote(note),
    user_data_32: asked.closed ? MADE_CLOSED : 0,
    reserved: 0,
    ledger: ledgerNumber,
    code: asked.code,
    flags: toAccountFlags({ ...asked, isImported: imports }),
    timestamp: asked.importTime === undefined ? 0n : toImportTimeNs(asked.importTime),
  };
  const item = { asked, note, account };
  if (imports && asked.importTime === undefined) {
    // TigerBeetle takes the first of a batch for all; batches are the adapter's, so it asks of each by itself.
    const answer = "imported_event_timestamp_out_of_range";
    return { ...item, fault: { answer, status: CreateAccountStatus.IMPORTED_EVENT_EXPECTED } };
  }
  if (!imports && asked.importTime !== undefined) {
    const answer = "timestamp_must_be_zero";
    const spoilt = { ...account, timestamp: 1n };
    return { ...item, account: spoilt, fault: { answer, status: CreateAccountStatus.IMPORTED_EVENT_NOT_EXPECTED } };
  }
  if (asked.overdraftLimit > 0n && asked.balanceConstraint === BalanceConstraint.UNSPECIFIED) {
    const answer = "ledger_must_not_be_zero";
    const spoilt = { ...account, ledger: 0 };
    return {
      ...item,
      account: spoilt,
      fault: { answer, status: CreateAccountStatus.OVERDRAFT_LIMIT_NEEDS_CONSTRAINT },
    };
  }
  return item;
}

/** The first field in which an account differs from the one that has its id, in the contract's order. */
function differenceOf({ account, facts, note }: NotedAccount, { asked, note: askedNote }: Item) {
  const kind = fromAccountFlags(account.flags);
  const isSameKind =
    kind.keepsHistory === asked.keepsHistory &&
    ((account.user_data_32 & MADE_CLOSED) !== 0) === asked.closed &&
    kind.isImported === (asked.importTime !== undefined);
  if (!isSameKind) return CreateAccountStatus.EXISTS_WITH_DIFFERENT_FLAGS;
  if (kind.balanceConstraint !== asked.balanceConstraint) {
    return CreateAccountStatus.EXISTS_WITH_DIFFERENT_BALANCE_CONSTRAINT;
  }
  if (note.overdraftLimit !== askedNote.overdraftLimit) {
    return CreateAccountStatus.EXISTS_WITH_DIFFERENT_OVERDRAFT_LIMIT;
  }
  if (!isSameMetadata(note.metadata, askedNote.metadata)) return CreateAccountStatus.EXISTS_WITH_DIFFERENT_METADATA;
  if (facts.key.ledger !== asked.ledger) return CreateAccountStatus.EXISTS_WITH_DIFFERENT_LEDGER;
  if (facts.key.currencyCode !== asked.currencyCode) return CreateAccountStatus.EXISTS_WITH_DIFFERENT_CURRENCY;
  return account.code === asked.code ? undefined : CreateAccountStatus.EXISTS_WITH_DIFFERENT_CODE;
}
