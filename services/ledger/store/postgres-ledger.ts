/** The native ledger: groups of requests decided in memory and committed to PostgreSQL, one writer per tenant. */
import { context } from "@opentelemetry/api";
import type { TransactionScope } from "#platform/db/database.ts";
import type { Books } from "../domain/books.ts";
import { createAccounts } from "../domain/create-accounts.ts";
import { createTransfers } from "../domain/create-transfers.ts";
import { type NamedIds, readAccounts, readTransfers } from "./books-reader.ts";
import { readEntries } from "./entries.ts";
import { type GroupWriter, openGroupWriter } from "./group-writer.ts";
import type { Ledger } from "./ledger.ts";
import { readTrialBalance } from "./trial-balance.ts";
import { type BooksRequest, type WriteDeps, writeGroup } from "./write-group.ts";

/** Opens the ledger. */
export function openPostgresLedger(deps: WriteDeps): Ledger {
  const writers = new Map<string, GroupWriter<BooksRequest>>();

  const writerOf = (tenant: string): GroupWriter<BooksRequest> => {
    const open = writers.get(tenant);
    if (open !== undefined) {
      return open;
    }
    const writer = openGroupWriter<BooksRequest>(
      (group) => writeGroup(deps, tenant, group),
      () => deps.now().getTime(),
      () => writers.delete(tenant),
    );
    writers.set(tenant, writer);
    return writer;
  };

  const write = <Results>(
    { tenant, deadlineMs }: TransactionScope,
    size: number,
    ids: NamedIds,
    decide: (books: Books) => Results,
  ): Promise<Results> => {
    const { promise, resolve, reject } = Promise.withResolvers<Results>();
    writerOf(tenant).submit({
      size,
      ids,
      deadlineMs,
      trace: context.active(),
      settle(books) {
        const results = decide(books);
        return () => resolve(results);
      },
      fail: reject,
    });
    return promise;
  };

  return {
    createAccounts: async (scope, accounts) =>
      write(scope, accounts.length, { accounts: accounts.map(({ id }) => id), transfers: [] }, (books) =>
        createAccounts(books, accounts),
      ),
    createTransfers: async (scope, transfers) =>
      write(
        scope,
        transfers.length,
        {
          accounts: transfers.flatMap(({ debitAccountId, creditAccountId }) => [debitAccountId, creditAccountId]),
          transfers: transfers.map(({ id }) => id),
        },
        (books) => createTransfers(books, transfers),
      ),
    lookupAccounts: async (scope, ids) =>
      inOrder(ids, await deps.database.tenant(scope, (transaction) => readAccounts(transaction, ids))),
    lookupTransfers: async (scope, ids) =>
      inOrder(ids, await deps.database.tenant(scope, (transaction) => readTransfers(transaction, ids))),
    listEntries: (scope, query) => deps.database.tenant(scope, (transaction) => readEntries(transaction, query)),
    trialBalance: (scope, ledger) =>
      deps.database.tenant(scope, (transaction) => readTrialBalance(transaction, ledger)),
    close: async () => {
      await Promise.all([...writers.values()].map((writer) => writer.idle()));
    },
  };
}

function inOrder<Row extends { readonly id: string }>(ids: readonly string[], rows: readonly Row[]): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
