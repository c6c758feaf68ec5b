/** Reads and writes products within a tenant's transaction. */
import { and, asc, eq, gt } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Product } from "../domain/product.ts";
import { products } from "./schema.ts";

type Row = typeof products.$inferSelect;

/** The product, locked against other changes when it is about to change; undefined where there is none. */
export async function findProduct(transaction: Transaction, id: string, lock?: "update"): Promise<Product | undefined> {
  const query = transaction.select().from(products).where(eq(products.id, id));
  const [row] = await (lock === undefined ? query : query.for(lock));
  return row === undefined ? undefined : toProduct(row);
}

/** Products by id, after `afterId`. */
export async function listProductsAfter(
  transaction: Transaction,
  afterId: string | undefined,
  limit: number,
): Promise<Product[]> {
  const rows = await transaction
    .select()
    .from(products)
    .where(afterId === undefined ? undefined : gt(products.id, afterId))
    .orderBy(asc(products.id))
    .limit(limit);
  return rows.map(toProduct);
}

/** Adds a product; false where the tenant has one with this id. */
export async function insertProduct(transaction: Transaction, tenant: string, product: Product): Promise<boolean> {
  const inserted = await transaction
    .insert(products)
    .values(toRow(tenant, product))
    .onConflictDoNothing()
    .returning({ id: products.id });
  return inserted.length > 0;
}

/** Replaces a product. */
export async function updateProductRow(transaction: Transaction, tenant: string, product: Product): Promise<void> {
  await transaction
    .update(products)
    .set(toRow(tenant, product))
    .where(and(eq(products.tenantId, tenant), eq(products.id, product.id)));
}

function toRow(tenant: string, product: Product): Row {
  return {
    ...product,
    tenantId: tenant,
    fees: product.fees.map((fee) => ({ ...fee, fixed: String(fee.fixed) })),
    limits: product.limits.map((limit) => ({
      ...limit,
      maxAmount: String(limit.maxAmount),
      maxDailyAmount: String(limit.maxDailyAmount),
    })),
  };
}

function toProduct({ tenantId: _, ...row }: Row): Product {
  return {
    ...row,
    fees: row.fees.map((fee) => ({ ...fee, fixed: BigInt(fee.fixed) })),
    limits: row.limits.map((limit) => ({
      ...limit,
      maxAmount: BigInt(limit.maxAmount),
      maxDailyAmount: BigInt(limit.maxDailyAmount),
    })),
  };
}
