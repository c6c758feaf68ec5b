/** Checks the log as it is read: nothing of it was changed, removed or put in since it was committed. */
import { createHash } from "node:crypto";
import type { Batch, LogRow, Page } from "./read-log.ts";

/** Where the log should end. */
export interface ExpectedEnd {
  readonly batch: number;
  readonly number: number;
  readonly hash: Buffer;
  readonly epoch: number;
}

/** Names what is wrong, where anything is. */
export interface LogFaults {
  /** The first batch whose rows are not those that were committed. */
  hash: string | undefined;
  /** The first number that is missing, or batch that does not follow the one before. */
  numbers: string | undefined;
  /** The first number whose time is not later than the one before. */
  times: string | undefined;
}

/** Batch 0 stands for what was there before hashes. */
const UNHASHED = 0;

/** Checks one page after the other. */
export interface LogCheck {
  page(page: Page): void;
  /** Checks the end, once every page was read. Last times are those noted per tenant. */
  end(expected: ExpectedEnd, lastTimes: ReadonlyMap<string, bigint>): LogFaults;
}

/** Starts a check at the log's beginning. */
export function startLogCheck(): LogCheck {
  const faults: LogFaults = { hash: undefined, numbers: undefined, times: undefined };
  const times = new Map<string, bigint>();
  let before: Batch = { batch: -1, epoch: 0, first: 0, last: 0, hash: createHash("sha256").digest() };

  const checkBatch = (batch: Batch, rows: readonly LogRow[]) => {
    faults.numbers ??= wrongPlace(before, batch) ?? missing(batch, rows);
    faults.hash ??= wrongHash(before, batch, rows);
    for (const row of rows) {
      faults.times ??= wrongTime(times, row);
    }
    before = batch;
  };

  return {
    page({ batches, rows }) {
      const offsets = rows.map(() => 0);
      for (const batch of batches) {
        const own = rows.flatMap((ofTable, index) => {
          const start = offsets[index] ?? 0;
          let end = start;
          while ((ofTable[end]?.number ?? Number.POSITIVE_INFINITY) <= batch.last) {
            end++;
          }
          offsets[index] = end;
          return ofTable.slice(start, end);
        });
        checkBatch(batch, own);
      }
    },
    end(expected, lastTimes) {
      faults.numbers ??= wrongEnd(before, expected);
      faults.hash ??= before.hash.equals(expected.hash)
        ? undefined
        : `batch ${before.batch}: the hash is not the one that the writer noted`;
      for (const [what, timeNs] of times) {
        faults.times ??=
          lastTimes.get(what) === timeNs ? undefined : `${what}: the last time is not the one that was noted`;
      }
      return faults;
    },
  };
}

function wrongPlace(before: Batch, { batch, epoch, first }: Batch): string | undefined {
  // Where nothing was there before hashes, the first is batch 1.
  const follows = before.batch === -1 ? batch <= 1 : batch === before.batch + 1;
  if (!follows) {
    return `batch ${batch} follows batch ${Math.max(0, before.batch)}: batches are missing`;
  }
  if (first !== before.last + 1) {
    return `batch ${batch} begins with number ${first}, not ${before.last + 1}`;
  }
  return epoch < before.epoch ? `batch ${batch} is of an earlier writer than the one before` : undefined;
}

function missing({ batch, first, last }: Batch, rows: readonly LogRow[]): string | undefined {
  const numbers = rows.map(({ number }) => number).sort((one, other) => one - other);
  const wrong = numbers.findIndex((number, index) => number !== first + index);
  if (wrong !== -1) {
    return `batch ${batch}: number ${first + wrong} is not there once`;
  }
  return numbers.length === last - first + 1
    ? undefined
    : `batch ${batch}: number ${first + numbers.length} is not there once`;
}

function wrongHash(before: Batch, { batch, first, last, hash }: Batch, rows: readonly LogRow[]): string | undefined {
  if (batch === UNHASHED) {
    return undefined;
  }
  const found = createHash("sha256").update(before.hash);
  for (const { bytes } of rows) {
    found.update(bytes);
  }
  return found.digest().equals(hash)
    ? undefined
    : `batch ${batch}, numbers ${first} to ${last}: this is not what was committed`;
}

function wrongTime(times: Map<string, bigint>, { table, tenant, number, timeNs }: LogRow): string | undefined {
  if (timeNs === undefined) {
    return undefined;
  }
  const what = `${table} of ${tenant}`;
  const before = times.get(what) ?? -1n;
  times.set(what, timeNs);
  return timeNs > before ? undefined : `number ${number}: its time is not later than that of the ${table} before`;
}

function wrongEnd(before: Batch, { batch, number, epoch }: ExpectedEnd): string | undefined {
  const found = Math.max(0, before.batch);
  if (found !== batch || before.last !== number) {
    return `the log ends with batch ${found} and number ${before.last}, the writer noted batch ${batch} and number ${number}`;
  }
  return before.epoch <= epoch ? undefined : `batch ${found} is of a later writer than there ever was`;
}
