/** Reads the log back in the very bytes that were hashed when it was written, some batches at a time. */
import type postgres from "postgres";
import { LOG_TABLES, type LogTable } from "../log-rows.ts";

/** A batch as it was noted when it was committed. */
export interface Batch {
  readonly batch: number;
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
  readonly hash: Buffer;
}

/** A row of the log: its bytes, and what the checks read of it. */
export interface LogRow {
  readonly table: LogTable;
  readonly number: number;
  readonly tenant: string;
  /** When an account was made or a transfer booked; a failed transfer has no time. */
  readonly timeNs: bigint | undefined;
  readonly bytes: Buffer;
}

/** Some batches in a row, and the rows of them all: those of each table in the order of their numbers. */
export interface Page {
  readonly batches: readonly Batch[];
  readonly rows: readonly (readonly LogRow[])[];
}

/** The tables in the order in which a batch hashes them. */
const TABLES: readonly LogTable[] = ["accounts", "transfers", "failed_transfers"];
/** Batches of a page, and numbers of one that is not a single large batch: some tens of megabytes. */
const PAGE_BATCHES = 10_000;
const PAGE_NUMBERS = 50_000;
/** Signature, flags and header extension of COPY (PostgreSQL docs, COPY, binary format). */
const HEADER_BYTES = 19;
const END_OF_ROWS = -1;

/** Reads the whole log, in its order. */
export async function* readLog(sql: postgres.TransactionSql): AsyncGenerator<Page> {
  let after = -1;
  for (;;) {
    const batches = await readBatches(sql, after);
    const [first, last] = [batches[0], batches.at(-1)];
    if (first === undefined || last === undefined) {
      return;
    }
    const rows: LogRow[][] = [];
    // One after the other: the connection, and with it the moment that all is read as of, is one.
    for (const table of TABLES) {
      rows.push(await readRows(sql, table, first.first, last.last));
    }
    yield { batches, rows };
    after = last.batch;
  }
}

async function readBatches(sql: postgres.TransactionSql, after: number): Promise<Batch[]> {
  const rows = await sql<{ batch: string; epoch: string; first_number: string; last_number: string; hash: Buffer }[]>`
    select batch, epoch, first_number, last_number, hash from batches
    where batch > ${after} order by batch limit ${PAGE_BATCHES}`;
  const batches = rows.map((row) => ({
    batch: Number(row.batch),
    epoch: Number(row.epoch),
    first: Number(row.first_number),
    last: Number(row.last_number),
    hash: row.hash,
  }));
  const start = batches[0]?.first ?? 0;
  const enough = batches.findIndex(({ last }) => last - start >= PAGE_NUMBERS);
  return enough === -1 ? batches : batches.slice(0, enough + 1);
}

async function readRows(sql: postgres.TransactionSql, table: LogTable, first: number, last: number): Promise<LogRow[]> {
  const columns = LOG_TABLES[table].join(", ");
  // COPY takes no parameters; all of these are ours.
  const query = `copy (select ${columns} from ${table} where number between ${first} and ${last} order by number) to stdout binary`;
  const chunks: Buffer[] = [];
  for await (const chunk of await sql.unsafe(query).readable()) {
    chunks.push(chunk);
  }
  return parseRows(table, Buffer.concat(chunks));
}

function parseRows(table: LogTable, copied: Buffer): LogRow[] {
  const rows: LogRow[] = [];
  const timeColumn = TIME_COLUMNS[table];
  for (let offset = HEADER_BYTES; ; ) {
    const count = copied.readInt16BE(offset);
    if (count === END_OF_ROWS) {
      return rows;
    }
    const start = offset;
    const fields: Buffer[] = [];
    offset += 2;
    for (let field = 0; field < count; field++) {
      const length = Math.max(0, copied.readInt32BE(offset));
      offset += 4 + length;
      fields.push(copied.subarray(offset - length, offset));
    }
    rows.push({
      table,
      number: Number(fields[0]?.readBigInt64BE() ?? 0n),
      tenant: fields[1]?.toString() ?? "",
      timeNs: fields[timeColumn]?.readBigInt64BE(),
      bytes: copied.subarray(start, offset),
    });
  }
}

const TIME_COLUMNS: Readonly<Record<LogTable, number>> = {
  accounts: LOG_TABLES.accounts.indexOf("create_time_ns"),
  transfers: LOG_TABLES.transfers.indexOf("book_time_ns"),
  failed_transfers: -1,
};
