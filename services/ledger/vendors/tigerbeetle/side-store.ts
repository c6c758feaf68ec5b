/** The PostgreSQL side of the books: what TigerBeetle has no room for. All rows are a tenant's, and are only added. */
import { type SQL, sql } from "drizzle-orm";
import type { CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { arrayLiteral } from "#platform/db/array-literal.ts";
import type { Transaction } from "#platform/db/database.ts";
import type { AccountNote, TransferNote } from "./notes.ts";

/** What one of TigerBeetle's ledgers stands for. */
export interface LedgerKey {
  readonly ledger: number;
  readonly currencyCode: string;
}

/** A note and the item it belongs to. */
export interface NoteRow<Note> {
  readonly id: string;
  readonly digest: bigint;
  readonly note: Note;
}

/** Why an id is spent. */
export interface Failure {
  readonly id: string;
  readonly status: CreateTransferStatus;
}

/** What a reversal was noted as; whether it was booked, TigerBeetle knows. */
export interface ReversalNote {
  readonly id: string;
  readonly digest: bigint;
  readonly reversesId: string;
}

/** The side store of one tenant. */
export interface SideStore {
  /** Numbers of ledgers, in the order asked; new ones are given where there are none. */
  numbersOf(keys: readonly LedgerKey[]): Promise<number[]>;
  /** Every ledger of the tenant by its number. */
  ledgers(): Promise<Map<number, LedgerKey>>;
  /** Keeps notes; one that is there already stays as it is. */
  saveAccountNotes(rows: readonly NoteRow<AccountNote>[]): Promise<void>;
  saveTransferNotes(rows: readonly NoteRow<TransferNote>[]): Promise<void>;
  /** All notes of the ids, also those of items that were refused. */
  accountNotes(ids: readonly string[]): Promise<NoteRow<AccountNote>[]>;
  transferNotes(ids: readonly string[]): Promise<NoteRow<TransferNote>[]>;
  saveFailures(failures: readonly Failure[]): Promise<void>;
  failuresOf(ids: readonly string[]): Promise<Map<string, CreateTransferStatus>>;
  /** Does work while nobody else reverses the same transfers, knowing all that was noted as a reversal of them. */
  reversing<T>(reversesIds: readonly string[], work: (notes: readonly ReversalNote[]) => Promise<T>): Promise<T>;
}

/** Runs work in a transaction that may touch the tenant's rows. */
export type Run = <T>(work: (transaction: Transaction) => Promise<T>) => Promise<T>;

/** Opens a tenant's side store. */
export function openSideStore(tenant: string, run: Run): SideStore {
  const rows = <Row extends Record<string, unknown>>(statement: SQL) =>
    run(async (transaction) => await transaction.execute<Row>(statement));
  const insert = async (table: SQL, values: SQL) => {
    await rows(sql`insert into ${table} select ${tenant}, * from ${values} on conflict do nothing`);
  };
  return {
    async numbersOf(keys) {
      const known = await readNumbers(keys);
      const missing = keys.filter((key) => !known.has(nameOf(key)));
      if (missing.length > 0) {
        // Only what is missing: a conflict, too, would use up a number.
        await rows(sql`
          insert into ledger_numbers (tenant_id, ledger, currency_code)
          select distinct ${tenant}, * from ${keyRows(missing)} on conflict do nothing`);
      }
      const all = missing.length > 0 ? await readNumbers(keys) : known;
      return keys.map((key) => required(all.get(nameOf(key))));
    },
    async ledgers() {
      const found = await rows<{ ledger: string; currency_code: string; number: string }>(
        sql`select ledger, currency_code, number from ledger_numbers where tenant_id = ${tenant}`,
      );
      return new Map(
        found.map((row) => [Number(row.number), { ledger: Number(row.ledger), currencyCode: row.currency_code }]),
      );
    },
    async saveAccountNotes(notes) {
      await insert(
        sql`account_notes (tenant_id, id, digest, metadata, overdraft_limit)`,
        sql`unnest(${noteColumns(notes)},
          ${arrayLiteral(notes.map(({ note }) => note.overdraftLimit))}::bigint[])`,
      );
    },
    async saveTransferNotes(notes) {
      // An array has no room for a missing element that arrayLiteral could write: an empty text stands for none.
      await insert(
        sql`transfer_notes (tenant_id, id, digest, metadata, reverses_id)`,
        sql`(select id, digest, metadata, nullif(reverses_id, '')::uuid from unnest(${noteColumns(notes)},
          ${arrayLiteral(notes.map(({ note }) => note.reversesId ?? ""))}::text[])
          as given (id, digest, metadata, reverses_id)) as notes`,
      );
    },
    async accountNotes(ids) {
      const found = await rows<AccountNoteRow>(
        sql`select id, digest, metadata, overdraft_limit from account_notes where ${among(ids)}`,
      );
      return found.map((row) => ({
        ...idAndDigest(row),
        note: { metadata: row.metadata, overdraftLimit: BigInt(row.overdraft_limit) },
      }));
    },
    async transferNotes(ids) {
      const found = await rows<TransferNoteRow>(
        sql`select id, digest, metadata, reverses_id from transfer_notes where ${among(ids)}`,
      );
      return found.map((row) => ({
        ...idAndDigest(row),
        note: { metadata: row.metadata, reversesId: row.reverses_id ?? undefined },
      }));
    },
    async saveFailures(failures) {
      await insert(
        sql`failed_transfers (tenant_id, id, status)`,
        sql`unnest(${arrayLiteral(failures.map(({ id }) => id))}::uuid[],
          ${arrayLiteral(failures.map(({ status }) => status))}::integer[])`,
      );
    },
    async failuresOf(ids) {
      const found = await rows<{ id: string; status: number }>(
        sql`select id, status from failed_transfers where ${among(ids)}`,
      );
      return new Map(found.map((row) => [row.id, row.status]));
    },
    reversing(reversesIds, work) {
      return run(async (transaction) => {
        // In one order, so that two requests never wait for each other.
        for (const id of [...new Set(reversesIds)].sort()) {
          await transaction.execute(
            sql`select pg_advisory_xact_lock(hashtextextended(${`reversal/${tenant}/${id}`}, 0))`,
          );
        }
        const found = await transaction.execute<{ id: string; digest: string; reverses_id: string }>(sql`
          select id, digest, reverses_id from transfer_notes
          where tenant_id = ${tenant} and reverses_id = any(${arrayLiteral(reversesIds)}::uuid[])`);
        return work(found.map((row) => ({ ...idAndDigest(row), reversesId: row.reverses_id })));
      });
    },
  };

  async function readNumbers(keys: readonly LedgerKey[]): Promise<Map<string, number>> {
    const found = await rows<{ ledger: string; currency_code: string; number: string }>(sql`
      select ledger, currency_code, number from ledger_numbers
      join ${keyRows(keys)} using (ledger, currency_code) where tenant_id = ${tenant}`);
    return new Map(
      found.map((row) => [nameOf({ ledger: Number(row.ledger), currencyCode: row.currency_code }), Number(row.number)]),
    );
  }

  function among(ids: readonly string[]): SQL {
    return sql`tenant_id = ${tenant} and id = any(${arrayLiteral(ids.toSorted())}::uuid[])`;
  }
}

interface AccountNoteRow extends Record<string, unknown> {
  id: string;
  digest: string;
  metadata: Record<string, string>;
  overdraft_limit: string;
}

interface TransferNoteRow extends Record<string, unknown> {
  id: string;
  digest: string;
  metadata: Record<string, string>;
  reverses_id: string | null;
}

/** A ledger and currency as one text. */
export function nameOf({ ledger, currencyCode }: LedgerKey): string {
  return `${ledger}/${currencyCode}`;
}

function keyRows(keys: readonly LedgerKey[]): SQL {
  return sql`(select distinct * from unnest(
    ${arrayLiteral(keys.map(({ ledger }) => ledger))}::bigint[],
    ${arrayLiteral(keys.map(({ currencyCode }) => currencyCode))}::text[]) as asked (ledger, currency_code)) as keys`;
}

function noteColumns(notes: readonly NoteRow<AccountNote | TransferNote>[]): SQL {
  return sql`${arrayLiteral(notes.map(({ id }) => id))}::uuid[],
    ${arrayLiteral(notes.map(({ digest }) => BigInt.asIntN(64, digest)))}::bigint[],
    ${arrayLiteral(notes.map(({ note }) => JSON.stringify(note.metadata)))}::jsonb[]`;
}

/** PostgreSQL's 64 bits are signed, TigerBeetle's are not. */
function idAndDigest(row: { id: string; digest: string }): { id: string; digest: bigint } {
  return { id: row.id, digest: BigInt.asUintN(64, BigInt(row.digest)) };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error("a ledger's number was given and is not there");
  }
  return value;
}
