/** Reads and writes vendors. They belong to the mesh's tenant, and every tenant's transaction may read them. */
import { and, asc, eq, inArray, lte, sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { MESH_TENANT } from "#platform/mesh/vendor-directory.ts";
import type { Vendor } from "../domain/vendor.ts";
import { vendors } from "./schema.ts";

type Row = typeof vendors.$inferSelect;

/** Which vendor. */
export type VendorId = Pick<Vendor, "capability" | "vendor">;

/** The vendor, locked when it is about to change; undefined where there is none. */
export async function findVendor(
  transaction: Transaction,
  { capability, vendor }: VendorId,
  lock?: "update",
): Promise<Vendor | undefined> {
  const query = transaction
    .select()
    .from(vendors)
    .where(and(eq(vendors.capability, capability), eq(vendors.vendor, vendor)));
  const [row] = await (lock === undefined ? query : query.for(lock));
  return row === undefined ? undefined : toVendor(row);
}

/** Vendors of a capability by their names. */
export async function findVendors(
  transaction: Transaction,
  capability: string,
  names: readonly string[],
): Promise<Map<string, Vendor>> {
  const rows = await transaction
    .select()
    .from(vendors)
    .where(and(eq(vendors.capability, capability), inArray(vendors.vendor, [...names])));
  return new Map(rows.map((row) => [row.vendor, toVendor(row)]));
}

/** Vendors by name, after `after`; of one capability, or of all where it is empty. */
export async function listVendorsAfter(
  transaction: Transaction,
  capability: string,
  after: VendorId | undefined,
  limit: number,
): Promise<Vendor[]> {
  const rows = await transaction
    .select()
    .from(vendors)
    .where(
      and(
        capability === "" ? undefined : eq(vendors.capability, capability),
        after === undefined
          ? undefined
          : sql`(${vendors.capability}, ${vendors.vendor}) > (${after.capability}, ${after.vendor})`,
      ),
    )
    .orderBy(asc(vendors.capability), asc(vendors.vendor))
    .limit(limit);
  return rows.map(toVendor);
}

/** Keeps a vendor, new or changed. */
export async function saveVendor(transaction: Transaction, vendor: Vendor): Promise<void> {
  const row = toRow(vendor);
  const { tenantId: _, capability: __, vendor: ___, createTime: ____, ...changed } = row;
  await transaction
    .insert(vendors)
    .values(row)
    .onConflictDoUpdate({ target: [vendors.tenantId, vendors.capability, vendors.vendor], set: changed });
}

/** Active vendors whose lease has ended, locked; those that somebody else is at are left to them. */
export async function takeSilent(transaction: Transaction, at: Date, limit: number): Promise<Vendor[]> {
  const rows = await transaction
    .select()
    .from(vendors)
    .where(and(eq(vendors.state, "active"), lte(vendors.leaseExpireTime, at)))
    .limit(limit)
    .for("update", { skipLocked: true });
  return rows.map(toVendor);
}

/** A row as the domain knows it. */
export function toVendor({ tenantId: _, projectedVersion: __, certificate, ...row }: Row): Vendor {
  return {
    ...row,
    certificate: certificate === null ? undefined : { ...certificate, expireTime: new Date(certificate.expireTime) },
  };
}

function toRow({ certificate, ...vendor }: Vendor): Omit<Row, "projectedVersion"> {
  return {
    ...vendor,
    tenantId: MESH_TENANT,
    certificate:
      certificate === undefined ? null : { ...certificate, expireTime: certificate.expireTime.toISOString() },
  };
}
