/** Reads and writes customers within a tenant's transaction. */
import { and, desc, eq, inArray, lt } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Customer } from "../domain/customer.ts";
import type { TaxIdentifier } from "../domain/tax-identifier.ts";
import { customers, taxIdentifiers } from "./schema.ts";

type Row = typeof customers.$inferSelect;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The customer, locked when it is about to change; undefined where there is none. */
export async function findCustomer(
  transaction: Transaction,
  id: string,
  lock?: "update",
): Promise<Customer | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const query = transaction.select().from(customers).where(eq(customers.id, id));
  const [row] = await (lock === undefined ? query : query.for(lock));
  const [customer] = row === undefined ? [] : await withIdentifiers(transaction, [row]);
  return customer;
}

/** Customers, newest first, before `beforeId`. */
export async function listCustomersBefore(
  transaction: Transaction,
  beforeId: string | undefined,
  limit: number,
): Promise<Customer[]> {
  const rows = await transaction
    .select()
    .from(customers)
    .where(beforeId === undefined ? undefined : lt(customers.id, beforeId))
    .orderBy(desc(customers.id))
    .limit(limit);
  return withIdentifiers(transaction, rows);
}

/** Adds a customer; the identifier that another customer has, where there is one, and then nothing may be kept. */
export async function insertCustomer(
  transaction: Transaction,
  tenant: string,
  customer: Customer,
): Promise<TaxIdentifier | undefined> {
  await transaction.insert(customers).values(toRow(tenant, customer));
  const rows = customer.taxIdentifiers.map((identifier) => ({
    ...identifier,
    tenantId: tenant,
    customerId: customer.id,
  }));
  const inserted = await transaction
    .insert(taxIdentifiers)
    .values(rows)
    .onConflictDoNothing()
    .returning({ type: taxIdentifiers.type });
  return customer.taxIdentifiers.find(({ type }) => !inserted.some((row) => row.type === type));
}

/** Replaces a customer; its identifiers never change. */
export async function updateCustomerRow(transaction: Transaction, tenant: string, customer: Customer): Promise<void> {
  await transaction
    .update(customers)
    .set(toRow(tenant, customer))
    .where(and(eq(customers.tenantId, tenant), eq(customers.id, customer.id)));
}

async function withIdentifiers(transaction: Transaction, rows: readonly Row[]): Promise<Customer[]> {
  if (rows.length === 0) {
    return [];
  }
  const ids = rows.map((row) => row.id);
  const held = await transaction
    .select()
    .from(taxIdentifiers)
    .where(inArray(taxIdentifiers.customerId, ids))
    .orderBy(taxIdentifiers.type);
  return rows.map(({ tenantId: _, ...row }) => ({
    ...row,
    taxIdentifiers: held.filter(({ customerId }) => customerId === row.id).map(({ type, value }) => ({ type, value })),
  }));
}

function toRow(tenantId: string, { taxIdentifiers: _, ...customer }: Customer): Row {
  return { ...customer, tenantId };
}
