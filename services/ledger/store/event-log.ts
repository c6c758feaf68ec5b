/** The log as a source of events, and how far they were published. */
import { sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Fact } from "#platform/outbox/append.ts";
import { accountCreated, transferBooked } from "../events/facts.ts";
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  goByIndex,
  TRANSFER_COLUMNS,
  type TransferRow,
  toAccount,
  toTransfer,
} from "./load.ts";

/** How far events were published, and where the last one stands. */
export interface EventPosition {
  readonly number: number;
  /** Undefined before anything was published. */
  readonly epoch: string | undefined;
  readonly sequence: number;
}

/** The position, held until the transaction ends; undefined while another relay holds it. */
export async function lockPosition(transaction: Transaction): Promise<EventPosition | undefined> {
  const [row] = await transaction.execute<{
    number: string;
    stream_epoch: string | null;
    stream_sequence: string | null;
  }>(sql`select number, stream_epoch, stream_sequence from positions where name = 'events' for update skip locked`);
  return row === undefined
    ? undefined
    : {
        number: Number(row.number),
        epoch: row.stream_epoch ?? undefined,
        sequence: Number(row.stream_sequence ?? 0),
      };
}

/** Saves the position. */
export async function savePosition(transaction: Transaction, position: EventPosition): Promise<void> {
  await transaction.execute(sql`
    update positions set number = ${position.number}, stream_epoch = ${position.epoch ?? null},
      stream_sequence = ${position.sequence}
    where name = 'events'`);
}

/** The number before the first entry that was committed at or after a time, in milliseconds since the epoch. */
export async function firstNumberSince(transaction: Transaction, timeMs: number): Promise<number> {
  const [row] = await transaction.execute<{ number: string }>(sql`
    select coalesce(
      (select first_number - 1 from batches where batch > 0 and commit_time >= ${new Date(timeMs).toISOString()}::timestamptz order by batch limit 1),
      (select last_number from writer)) as number`);
  return Number(row?.number ?? 0);
}

/** The number before the last `count` facts up to `number`. */
export async function numberBeforeFacts(transaction: Transaction, number: number, count: number): Promise<number> {
  const [row] = await transaction.execute<{ number: string }>(sql`
    select coalesce(min(number) - 1, 0) as number from (
      (select number from accounts where number <= ${number} order by number desc limit ${count})
      union all (select number from transfers where number <= ${number} order by number desc limit ${count})
      order by number desc limit ${count}
    ) as facts`);
  return Number(row?.number ?? 0);
}

/** Facts of the log, up to a number. */
export interface FactsUpTo {
  /** Where the log ends. */
  readonly booked: number;
  readonly upto: number;
  readonly facts: readonly { readonly number: number; readonly fact: Fact }[];
}

/** The facts of at most so many next entries, in the log's order. Failed ids are no fact. */
export async function readFacts(transaction: Transaction, after: number, most: number): Promise<FactsUpTo> {
  const [end] = await transaction.execute<{ number: string }>(sql`select last_number as number from writer`);
  const booked = Number(end?.number ?? after);
  const upto = Math.min(booked, after + most);
  await goByIndex(transaction);
  const accounts = await transaction.execute<AccountRow & { number: string; tenant_id: string }>(sql`
    select number, tenant_id, ${ACCOUNT_COLUMNS} from accounts where number > ${after} and number <= ${upto}`);
  const transfers = await transaction.execute<TransferRow & { number: string }>(sql`
    select number, ${TRANSFER_COLUMNS} from transfers as t where number > ${after} and number <= ${upto}`);
  const facts = [
    ...accounts.map((row) => ({
      number: Number(row.number),
      // As made: no money had moved.
      fact: accountCreated(row.tenant_id, { ...toAccount(row), ...NOTHING, closed: row.made_closed }),
    })),
    ...transfers.map((row) => ({ number: Number(row.number), fact: transferBooked(row.tenant_id, toTransfer(row)) })),
  ];
  return { booked, upto, facts: facts.sort((one, other) => one.number - other.number) };
}

const NOTHING = { debitsPosted: 0n, creditsPosted: 0n, debitsPending: 0n, creditsPending: 0n };
