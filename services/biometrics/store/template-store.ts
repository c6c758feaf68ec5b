/** Reads and writes templates within a tenant's transaction. */
import { and, eq, inArray } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Template } from "../domain/template.ts";
import { templates } from "./schema.ts";

type Row = typeof templates.$inferSelect;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The template, locked when it is about to change; undefined where there is none. */
export async function findTemplate(
  transaction: Transaction,
  id: string,
  lock?: "update",
): Promise<Template | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const query = transaction.select().from(templates).where(eq(templates.id, id));
  const [row] = await (lock === undefined ? query : query.for(lock));
  return row === undefined ? undefined : fromRow(row);
}

/** Vendors that hold active templates, by name. */
export async function vendorsWithTemplates(transaction: Transaction): Promise<string[]> {
  const rows = await transaction
    .selectDistinct({ vendor: templates.vendor })
    .from(templates)
    .where(eq(templates.state, "active"))
    .orderBy(templates.vendor);
  return rows.flatMap(({ vendor }) => vendor ?? []);
}

/** Active templates that a vendor knows by these names. */
export async function findByReference(
  transaction: Transaction,
  vendor: string,
  references: readonly string[],
): Promise<Template[]> {
  const rows =
    references.length === 0
      ? []
      : await transaction
          .select()
          .from(templates)
          .where(
            and(
              eq(templates.vendor, vendor),
              eq(templates.state, "active"),
              inArray(templates.reference, [...references]),
            ),
          );
  return rows.map(fromRow);
}

/** Adds a template; the resolver looks at it from `resolveTime` on. */
export async function insertTemplate(
  transaction: Transaction,
  tenant: string,
  template: Template,
  resolveTime: Date,
): Promise<void> {
  await transaction.insert(templates).values({ ...toRow(tenant, template), resolveTime });
}

/** Replaces a template; where it is not finished, the resolver looks at it from `resolveTime` on. */
export async function updateTemplateRow(
  transaction: Transaction,
  tenant: string,
  template: Template,
  resolveTime?: Date,
): Promise<void> {
  await transaction
    .update(templates)
    .set({ ...toRow(tenant, template), ...(resolveTime === undefined ? {} : { resolveTime }) })
    .where(and(eq(templates.tenantId, tenant), eq(templates.id, template.id)));
}

function fromRow({ tenantId: _, resolveTime: __, resolveTries: ___, ...row }: Row): Template {
  return {
    ...row,
    vendor: row.vendor ?? undefined,
    reference: row.reference ?? undefined,
    sealedDigest: row.sealedDigest ?? undefined,
    rejection: row.rejection ?? undefined,
    eraseRequestId: row.eraseRequestId ?? undefined,
    eraseTime: row.eraseTime ?? undefined,
  };
}

function toRow(tenantId: string, template: Template): Omit<Row, "resolveTime" | "resolveTries"> {
  return {
    ...template,
    tenantId,
    vendor: template.vendor ?? null,
    reference: template.reference ?? null,
    sealedDigest: template.sealedDigest ?? null,
    rejection: template.rejection ?? null,
    eraseRequestId: template.eraseRequestId ?? null,
    eraseTime: template.eraseTime ?? null,
  };
}
