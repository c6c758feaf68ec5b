/** Sealed templates within a tenant's transaction. */
import { sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";

/** A template as it is stored. */
export interface StoredTemplate {
  readonly id: string;
  /** Undefined once erased. */
  readonly sealed: Buffer | undefined;
  readonly sealedDigest: Buffer;
  readonly createTime: Date;
  readonly eraseTime: Date | undefined;
}

type Row = {
  id: string;
  sealed: Buffer | null;
  sealed_digest: Buffer;
  create_time: Date | string;
  erase_time: Date | string | null;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Adds a template. */
export async function insertTemplate(
  transaction: Transaction,
  tenant: string,
  { id, sealed, sealedDigest, createTime }: StoredTemplate,
): Promise<void> {
  await transaction.execute(sql`
    insert into templates (tenant_id, id, sealed, sealed_digest, create_time)
    values (${tenant}, ${id}, ${sealed}, ${sealedDigest}, ${createTime.toISOString()})`);
}

/** The template, also an erased one; undefined where there never was one. */
export async function findTemplate(
  transaction: Transaction,
  id: string,
  lock = false,
): Promise<StoredTemplate | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const [row] = await transaction.execute<Row>(sql`
    select id, sealed, sealed_digest, create_time, erase_time from templates
    where tenant_id = current_tenant() and id = ${id} ${lock ? sql`for update` : sql``}`);
  return row === undefined ? undefined : toTemplate(row);
}

/** Templates that are there, oldest first. */
export async function listTemplates(transaction: Transaction, limit: number): Promise<StoredTemplate[]> {
  const rows = await transaction.execute<Row>(sql`
    select id, sealed, sealed_digest, create_time, erase_time from templates
    where tenant_id = current_tenant() and sealed is not null order by create_time limit ${limit}`);
  return rows.map(toTemplate);
}

/** Drops the features; the receipt stays. */
export async function eraseTemplateRow(transaction: Transaction, id: string, at: Date): Promise<void> {
  await transaction.execute(sql`
    update templates set sealed = null, erase_time = ${at.toISOString()}
    where tenant_id = current_tenant() and id = ${id}`);
}

function toTemplate(row: Row): StoredTemplate {
  return {
    id: row.id,
    sealed: row.sealed ?? undefined,
    sealedDigest: row.sealed_digest,
    createTime: new Date(row.create_time),
    eraseTime: row.erase_time === null ? undefined : new Date(row.erase_time),
  };
}
