/** What the ledger's database takes on disk and in the write-ahead log, and how far the ledger has come. */
import { setTimeout as delay } from "node:timers/promises";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import postgres from "postgres";
import {
  GetLedgerStatusRequestSchema,
  GetLedgerStatusResponseSchema,
  GetTrialBalanceRequestSchema,
  GetTrialBalanceResponseSchema,
  LookupTransfersRequestSchema,
  LookupTransfersResponseSchema,
} from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { BenchLedger, Ground } from "./ground.ts";
import { callOnce, openWire } from "./open-wire.ts";
import { UNIMPLEMENTED, type Wire, WireError } from "./wire.ts";

/** What is on disk now. */
export interface Storage {
  /** Tables, indexes and TOAST of the ledger's database. */
  readonly tableBytes: number;
  /** Bytes ever written to the write-ahead log, of the whole server. */
  readonly walBytes: number;
}

/** Longest wait for events and history, in milliseconds. */
const SETTLE_MS = 120_000;
const SETTLE_POLL_MS = 50;
const CALL_SECONDS = 60;

/** Reads it; `checkpoint` first writes everything out, so that full pages are counted alike in every measurement. */
export async function readStorage(ground: Ground, ledger: BenchLedger, checkpoint: boolean): Promise<Storage> {
  const sql = postgres(ground.postgres.superuserUrl(ledger.database), { max: 1 });
  try {
    if (checkpoint) {
      await sql`checkpoint`;
    }
    const [row] = await sql<{ tables: string; wal: string }[]>`
      select
        (select coalesce(sum(pg_total_relation_size(relation.oid)), 0)
           from pg_class relation join pg_namespace space on space.oid = relation.relnamespace
          where relation.relkind in ('r', 'm') and space.nspname not in ('pg_catalog', 'information_schema')) as tables,
        pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as wal`;
    return { tableBytes: Number(row?.tables), walBytes: Number(row?.wal) };
  } finally {
    await sql.end();
  }
}

/** Waits until history and events have caught up; seconds that took, or undefined where the ledger does not say. */
export async function settle(ledger: BenchLedger, limitMs = SETTLE_MS): Promise<number | undefined> {
  const started = performance.now();
  const request = Buffer.from(toBinary(GetLedgerStatusRequestSchema, create(GetLedgerStatusRequestSchema)));
  return withWire(ledger, async (wire) => {
    while (performance.now() - started < limitMs) {
      const answer = await callOnce(wire, "GetLedgerStatus", request, CALL_SECONDS);
      const { bookedNumber, historyNumber, publishedNumber } = fromBinary(GetLedgerStatusResponseSchema, answer);
      if (historyNumber >= bookedNumber && publishedNumber >= bookedNumber) {
        return (performance.now() - started) / 1000;
      }
      await delay(SETTLE_POLL_MS);
    }
    return Number.POSITIVE_INFINITY;
  }).catch((error: unknown) => {
    if (error instanceof WireError && error.code === UNIMPLEMENTED) {
      return undefined;
    }
    throw error;
  });
}

/** Transfers that the ledger's own proof counts, and whether it balances. */
export function readProof(ledger: BenchLedger): Promise<{ transfers: bigint; isBalanced: boolean }> {
  const request = Buffer.from(toBinary(GetTrialBalanceRequestSchema, create(GetTrialBalanceRequestSchema)));
  return withWire(ledger, async (wire) => {
    const answer = await callOnce(wire, "GetTrialBalance", request, CALL_SECONDS);
    const { lines } = fromBinary(GetTrialBalanceResponseSchema, answer);
    return {
      transfers: lines.reduce((sum, line) => sum + line.transferCount, 0n),
      isBalanced: lines.every((line) => line.balanced),
    };
  });
}

/** How many of the transfers the ledger does not have. */
export function countMissing(ledger: BenchLedger, ids: readonly string[]): Promise<number> {
  const request = Buffer.from(
    toBinary(LookupTransfersRequestSchema, create(LookupTransfersRequestSchema, { ids: [...ids] })),
  );
  return withWire(ledger, async (wire) => {
    const answer = await callOnce(wire, "LookupTransfers", request, CALL_SECONDS);
    return ids.length - fromBinary(LookupTransfersResponseSchema, answer).transfers.length;
  });
}

async function withWire<Result>(ledger: BenchLedger, work: (wire: Wire) => Promise<Result>): Promise<Result> {
  const wire = openWire("grpc-js", ledger.wire);
  try {
    return await work(wire);
  } finally {
    wire.close();
  }
}
