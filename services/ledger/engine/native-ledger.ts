/** The native ledger: jobs for the engine, and reads of what is derived from its log. */
import { sql } from "drizzle-orm";
import { arrayLiteral } from "#platform/db/array-literal.ts";
import type { Database, TransactionScope } from "#platform/db/database.ts";
import { remainingMs } from "#platform/rpc/call.ts";
import type { Books } from "../domain/books.ts";
import { createAccounts } from "../domain/create-accounts.ts";
import { createTransfers } from "../domain/create-transfers.ts";
import { type Id, uuidOfId, ZERO_ID } from "../domain/id.ts";
import type { NewTransfer } from "../domain/transfer.ts";
import { ledgerRefused } from "../errors.ts";
import { advance, readPositions } from "../store/derive.ts";
import { readEntries, readPastBalance } from "../store/entries.ts";
import type { Ledger } from "../store/ledger.ts";
import { goByIndex, TRANSFER_COLUMNS, type TransferRow, toTransfer } from "../store/load.ts";
import { readTrialBalance } from "../store/trial-balance.ts";
import type { Engine } from "./engine.ts";
import type { Needs } from "./job.ts";

/** Entries that a read which finds history behind adds at a time. */
const HISTORY_STEP = 20_000;

/** The ledger on an engine. */
export function nativeLedger(engine: Engine, database: Database): Ledger {
  const ask = <Result>(
    { tenant, deadlineMs }: TransactionScope,
    size: number,
    needs: Needs,
    answer: (books: Books, nowNs: bigint) => Result,
  ): Promise<Result> =>
    new Promise((resolve, reject) => {
      engine.submit({
        tenant,
        size,
        deadlineMs,
        needs,
        decide(books, nowNs) {
          const result = answer(books, nowNs);
          return () => resolve(result);
        },
        fail: reject,
      });
    });

  /** Brings history up to everything that was answered before. */
  const awaitHistory = async (scope: TransactionScope): Promise<void> => {
    const { booked, history } = await readPositions(database);
    let reached = history;
    while (reached < booked) {
      if (remainingMs(scope) === 0) {
        throw ledgerRefused("history_behind", { behind: String(booked - reached) });
      }
      reached = await advance(database, "history", HISTORY_STEP);
    }
  };

  return {
    createAccounts: async (scope, accounts) =>
      ask(scope, accounts.length, { ...NOTHING, accounts: accounts.map(({ id }) => id) }, (books, nowNs) =>
        createAccounts(books, accounts, nowNs),
      ),
    createTransfers: async (scope, transfers) =>
      ask(scope, transfers.length, needsOf(transfers), (books, nowNs) => createTransfers(books, transfers, nowNs)),
    lookupAccounts: async (scope, ids) =>
      ask(scope, ids.length, { ...NOTHING, accounts: ids }, (books) =>
        ids.flatMap((id) => {
          const account = books.accounts.get(id);
          return account === undefined ? [] : [{ ...account }];
        }),
      ),
    lookupTransfers: (scope, ids) =>
      database.tenant(scope, async (transaction) => {
        await goByIndex(transaction);
        const rows = await transaction.execute<TransferRow>(sql`
          select ${TRANSFER_COLUMNS} from transfers as t
          where t.tenant_id = current_tenant() and t.id = any(${arrayLiteral(ids.map(uuidOfId))}::uuid[])`);
        const byId = new Map(rows.map((row) => [row.id, toTransfer(row)]));
        return ids.flatMap((id) => byId.get(uuidOfId(id)) ?? []);
      }),
    async listEntries(scope, query) {
      await awaitHistory(scope);
      return database.tenant(scope, (transaction) => readEntries(transaction, query));
    },
    async pastBalance(scope, account, moment) {
      await awaitHistory(scope);
      return database.tenant(scope, (transaction) => readPastBalance(transaction, account, moment));
    },
    trialBalance: (scope, ledger) => database.tenant(scope, (transaction) => readTrialBalance(transaction, ledger)),
    positions: () => readPositions(database),
    close: () => engine.close(),
  };
}

const NOTHING: Needs = { accounts: [], transfers: [], referred: [] };

function needsOf(transfers: readonly NewTransfer[]): Needs {
  const accounts: Id[] = [];
  const ids: Id[] = [];
  const referred: Id[] = [];
  for (const { id, debitAccountId, creditAccountId, pendingId, reversesId } of transfers) {
    ids.push(id);
    if (pendingId !== ZERO_ID) {
      referred.push(pendingId);
    } else {
      accounts.push(debitAccountId, creditAccountId);
    }
    if (reversesId !== ZERO_ID) {
      referred.push(reversesId);
    }
  }
  return { accounts, transfers: ids, referred };
}
