/** A batch of log entries as one message to PostgreSQL: COPY of each table, then the check that it may commit. */
import { createHash } from "node:crypto";
import type { Books, LogEntry } from "../domain/books.ts";
import type { CopyBuffer } from "./copy-buffer.ts";
import { LOG_TABLES, type LogTable, writeAccountRow, writeFailureRow, writeTransferRow } from "./log-rows.ts";

/** A log entry and whose it is. */
export interface TenantEntry {
  readonly tenant: string;
  readonly entry: LogEntry;
}

/** Where the log ends. */
export interface LogEnd {
  readonly batch: number;
  readonly number: number;
  readonly hash: Buffer;
}

/** What a batch says besides its entries. */
export interface BatchHead {
  readonly epoch: number;
  readonly before: LogEnd;
  /** Books of each tenant with entries in the batch. */
  readonly books: ReadonlyMap<string, Pick<Books, "lastAccountTimeNs" | "lastTransferTimeNs">>;
}

const TABLES: readonly LogTable[] = ["accounts", "transfers", "failed_transfers"];
const TABLE_OF = { account: "accounts", transfer: "transfers", failure: "failed_transfers" } as const;
/** Signature, flags and header extension. */
const COPY_HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const END_OF_ROWS = -1;
const MESSAGE = { query: 0x51, copyData: 0x64, copyDone: 0x63 } as const;

/** Writes the message for a batch and returns where the log then ends. Entries are numbered in order. */
export function encodeBatch(to: CopyBuffer, entries: readonly TenantEntry[], head: BatchHead): LogEnd {
  const first = head.before.number + 1;
  const kinds = new Set(entries.map(({ entry }) => TABLE_OF[entry.kind]));
  const tables = TABLES.filter((table) => kinds.has(table));
  const hash = createHash("sha256").update(head.before.hash);
  // The statements come first, and hold the hash, which is known last: its place is left open.
  const { text, hashAt } = statements(tables, head, first, entries.length);
  to.clear();
  to.reserve(text.length * 4 + 64);
  to.byte(MESSAGE.query);
  const hashOffset = writeSized(to, () => {
    const start = to.length;
    to.raw(Buffer.from(`${text}\0`));
    return start + hashAt;
  });
  for (const table of tables) {
    to.reserve(64);
    to.byte(MESSAGE.copyData);
    writeSized(to, () => {
      to.raw(COPY_HEADER);
      const start = to.length;
      writeRows(to, entries, table, first);
      hash.update(to.slice(start));
      to.reserve(64);
      to.int16(END_OF_ROWS);
    });
    to.byte(MESSAGE.copyDone);
    to.int32(4);
  }
  const digest = hash.digest();
  to.slice().write(digest.toString("hex"), hashOffset, "latin1");
  return { batch: head.before.batch + 1, number: head.before.number + entries.length, hash: digest };
}

/** Writes what is preceded by its own length. */
function writeSized<Result>(to: CopyBuffer, write: () => Result): Result {
  const start = to.length;
  to.int32(0);
  const result = write();
  to.int32At(start, to.length - start);
  return result;
}

function writeRows(to: CopyBuffer, entries: readonly TenantEntry[], table: LogTable, first: number): void {
  for (let index = 0; index < entries.length; index++) {
    const item = entries[index];
    if (item === undefined || TABLE_OF[item.entry.kind] !== table) {
      continue;
    }
    const { tenant, entry } = item;
    switch (entry.kind) {
      case "account":
        writeAccountRow(to, first + index, tenant, entry.account);
        break;
      case "transfer":
        writeTransferRow(to, first + index, tenant, entry.transfer);
        break;
      case "failure":
        writeFailureRow(to, first + index, tenant, entry.failed);
        break;
    }
  }
}

function statements(tables: readonly LogTable[], { epoch, before, books }: BatchHead, first: number, count: number) {
  const copies = tables.map((table) => `copy ${table} (${LOG_TABLES[table].join(", ")}) from stdin binary;`).join("");
  const start = `${copies}select commit_batch(${epoch}, ${before.batch + 1}, ${first}, ${before.number + count}, '\\x`;
  const tenants = [...books];
  const names = tenants.map(([tenant]) => literal(tenant)).join(",");
  const accountTimes = tenants.map(([, { lastAccountTimeNs }]) => lastAccountTimeNs).join(",");
  const transferTimes = tenants.map(([, { lastTransferTimeNs }]) => lastTransferTimeNs).join(",");
  const end = `', array[${names}], array[${accountTimes}]::bigint[], array[${transferTimes}]::bigint[])`;
  return { text: `${start}${"0".repeat(64)}${end}`, hashAt: start.length };
}

/** Names of tenants come from tokens; they are quoted all the same. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
