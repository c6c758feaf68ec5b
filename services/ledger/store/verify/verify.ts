/** Proves the books from nothing but what is in the database, as of one moment, while they are written or not. */
import postgres from "postgres";
import { type BooksCheck, checkBalanced, checkBalances, checkResolutions } from "./check-books.ts";
import { type ExpectedEnd, startLogCheck } from "./check-log.ts";
import { readLog } from "./read-log.ts";

/** What a check found. */
export interface Check {
  readonly name: string;
  /** What was looked for. */
  readonly rule: string;
  /** What is wrong, by the first batch or number that is; undefined where all is well. */
  readonly fault: string | undefined;
}

/** Hears how far the reading of the log has come. */
export type Progress = (number: number, last: number) => void;

/** What was verified. */
export interface Verified {
  readonly checks: readonly Check[];
  readonly end: ExpectedEnd;
}

/** Runs every check. The role of the URL must see all tenants: the worker's does. */
export async function verifyBooks(url: string, progress: Progress): Promise<Verified> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    // One moment for everything that is read.
    return await client.begin("isolation level repeatable read read only", (sql) => runChecks(sql, progress));
  } finally {
    await client.end();
  }
}

async function runChecks(sql: postgres.TransactionSql, progress: Progress): Promise<Verified> {
  const end = await readEnd(sql);
  const log = startLogCheck();
  for await (const page of readLog(sql)) {
    log.page(page);
    progress(page.batches.at(-1)?.last ?? 0, end.number);
  }
  const faults = log.end(end, await readLastTimes(sql));
  const checks: Check[] = [
    { name: "hashes", rule: "every batch is what was committed, in the chain of SHA-256", fault: faults.hash },
    {
      name: "numbers",
      rule: "numbers have no gap, and nothing is outside the log",
      fault: faults.numbers ?? (await findOutside(sql, end)),
    },
    { name: "times", rule: "times are strictly increasing for every tenant", fault: faults.times },
  ];
  for (const [name, rule, check] of BOOKS_CHECKS) {
    checks.push({ name, rule, fault: await check(sql) });
  }
  return { checks, end };
}

const BOOKS_CHECKS: readonly (readonly [string, string, BooksCheck])[] = [
  ["books", "debits are credits for every tenant, ledger and currency", checkBalanced],
  ["balances", "balances of accounts are the sums of the log up to the checkpoint", checkBalances],
  ["resolutions", "a pending transfer is posted, voided or expired at most once", checkResolutions],
];

async function readEnd(sql: postgres.TransactionSql): Promise<ExpectedEnd> {
  const rows = await sql<{ epoch: string; last_batch: string; last_number: string; last_hash: Buffer }[]>`
    select epoch, last_batch, last_number, last_hash from writer`;
  const [row] = rows;
  if (row === undefined) {
    throw new Error("the table writer has no row: where the log should end is not known");
  }
  return {
    epoch: Number(row.epoch),
    batch: Number(row.last_batch),
    number: Number(row.last_number),
    hash: row.last_hash,
  };
}

async function readLastTimes(sql: postgres.TransactionSql): Promise<Map<string, bigint>> {
  const rows = await sql<{ tenant_id: string; last_account_time_ns: string; last_transfer_time_ns: string }[]>`
    select tenant_id, last_account_time_ns, last_transfer_time_ns from tenants`;
  return new Map(
    rows.flatMap((row) => [
      [`accounts of ${row.tenant_id}`, BigInt(row.last_account_time_ns)],
      [`transfers of ${row.tenant_id}`, BigInt(row.last_transfer_time_ns)],
    ]),
  );
}

/** Rows that no batch has. */
async function findOutside(sql: postgres.TransactionSql, { number }: ExpectedEnd): Promise<string | undefined> {
  const [row] = await sql<{ number: string }[]>`
    select number from (
      select number from accounts where number < 1 or number > ${number}
      union all select number from transfers where number < 1 or number > ${number}
      union all select number from failed_transfers where number < 1 or number > ${number}
    ) as outside order by number limit 1`;
  return row === undefined ? undefined : `number ${row.number} is in no batch`;
}
