/** What PostgreSQL does for the log, and no more: batches that commit whole or not at all, a fencing token, a checkpoint. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { LogEnd } from "../../store/encode-batch.ts";
import { parseBatch, type SentRow } from "./parse-batch.ts";

/** A row that is committed. */
export interface LogRow extends SentRow {
  readonly number: number;
  readonly tenant: string;
}

interface CommittedBatch {
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
  readonly hash: Buffer;
}

/** The last times given to a tenant's accounts and transfers. */
export interface TenantTimes {
  readonly accountNs: bigint;
  readonly transferNs: bigint;
}

export interface SimulatedPostgres {
  /** The log; the row with number n is the n-th. */
  readonly log: readonly LogRow[];
  readonly batches: readonly CommittedBatch[];
  readonly tenants: ReadonlyMap<string, TenantTimes>;
  epoch(): number;
  /** Number up to which balances of accounts go. */
  checkpoint(): number;
  /** Makes a process the writer, and the one before no longer that. */
  takeOver(): { readonly epoch: number; readonly end: LogEnd };
  /** Runs what a connection received. @throws as PostgreSQL would refuse it; then nothing happened. */
  receive(bytes: Buffer): void;
  /** Brings the balances of accounts up to at most so many entries further. */
  advance(most: number): number;
  /** Hears of each commit. */
  onCommit(listener: (epoch: number, last: number) => void): void;
}

/** What PostgreSQL answers to a writer that was replaced. */
export const FENCED = "ML001";

export function simulatePostgres(): SimulatedPostgres {
  const log: LogRow[] = [];
  const batches: CommittedBatch[] = [];
  const tenants = new Map<string, TenantTimes>();
  const keys = new Set<string>();
  const listeners: ((epoch: number, last: number) => void)[] = [];
  let epoch = 0;
  let checkpoint = 0;
  let hash: Buffer = createHash("sha256").digest();

  return {
    log,
    batches,
    tenants,
    epoch: () => epoch,
    checkpoint: () => checkpoint,
    takeOver() {
      epoch++;
      return { epoch, end: { batch: batches.length, number: log.length, hash } };
    },
    receive(bytes) {
      const parsed = parseBatch(bytes);
      if (parsed === undefined) {
        return;
      }
      const { commit } = parsed;
      const rows = parsed.rows.map(toLogRow);
      const added = new Set<string>();
      for (const key of rows.flatMap(keyOf)) {
        // Told apart from what fencing refuses, though a writer that was replaced may well run into it first.
        if (keys.has(key) || added.has(key)) {
          throw Object.assign(new Error(`duplicate key ${JSON.stringify(key)}`), {
            code: commit.epoch === epoch ? "23505" : FENCED,
          });
        }
        added.add(key);
      }
      const follows = commit.batch === batches.length + 1 && commit.first === log.length + 1;
      if (commit.epoch !== epoch || !follows) {
        throw Object.assign(new Error(`batch ${commit.batch} of epoch ${commit.epoch} does not follow the log`), {
          code: commit.epoch === epoch ? "gap" : FENCED,
        });
      }
      const numbers = rows.map(({ number }) => number).sort((one, other) => one - other);
      assert.deepEqual(
        numbers,
        Array.from({ length: commit.last - commit.first + 1 }, (_, at) => commit.first + at),
      );
      const digest = createHash("sha256").update(hash);
      for (const row of rows) {
        assertRow(row);
        digest.update(row.bytes);
      }
      assert(digest.digest().equals(commit.hash), "the hash is that of the rows");
      log.push(...rows.sort((one, other) => one.number - other.number));
      for (const key of added) {
        keys.add(key);
      }
      batches.push({ epoch, first: commit.first, last: commit.last, hash: commit.hash });
      hash = commit.hash;
      for (const { name, accountNs, transferNs } of commit.tenants) {
        tenants.set(name, { accountNs, transferNs });
      }
      for (const listener of listeners) {
        listener(epoch, log.length);
      }
    },
    advance(most) {
      checkpoint = Math.min(checkpoint + most, log.length);
      return checkpoint;
    },
    onCommit: (listener) => void listeners.push(listener),
  };
}

/** Recomputes the chain from the rows, and compares. */
export function verifyHashes({ log, batches }: SimulatedPostgres): void {
  const tables = ["accounts", "transfers", "failed_transfers"];
  let hash = createHash("sha256").digest();
  for (const batch of batches) {
    const digest = createHash("sha256").update(hash);
    const rows = log.slice(batch.first - 1, batch.last);
    for (const table of tables) {
      for (const row of rows) {
        if (row.table === table) {
          digest.update(row.bytes);
        }
      }
    }
    hash = digest.digest();
    assert(hash.equals(batch.hash), "the hash chain holds");
  }
}

function toLogRow(row: SentRow): LogRow {
  const { number, tenant_id: tenant } = row.fields;
  assert(typeof number === "bigint" && typeof tenant === "string", "a row has a number and a tenant");
  return { ...row, number: Number(number), tenant };
}

/** What is unique. */
function keyOf({ table, tenant, fields }: LogRow): string[] {
  const { id } = fields;
  return typeof id === "string" ? [`${table} ${tenant} ${id}`] : [];
}

/** The checks that the tables have. */
function assertRow({ table, fields }: LogRow): void {
  if (table === "accounts") {
    assert(fields["overdraft_limit"] === 0n || fields["balance_constraint"] !== 0, "an overdraft has a bound");
  }
  if (table === "transfers") {
    assert(fields["debit_account_id"] !== fields["credit_account_id"], "accounts are different");
    assert(typeof fields["amount"] === "bigint" && fields["amount"] >= 0n, "an amount is not negative");
  }
}
