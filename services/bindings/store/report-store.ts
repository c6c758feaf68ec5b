/** Reads and writes what processes report of vendors. */
import { and, asc, eq, gt, lte } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { MESH_TENANT } from "#platform/mesh/vendor-directory.ts";
import type { MethodState } from "../domain/vendor-states.ts";
import { vendorReports } from "./schema.ts";

/** What a process reported. */
export interface Report {
  readonly service: string;
  readonly process: string;
  readonly states: readonly MethodState[];
  readonly reportTime: Date;
}

/** What the process reported before, locked; nothing where it did not. */
export async function findReport(
  transaction: Transaction,
  { service, process }: Pick<Report, "service" | "process">,
): Promise<readonly MethodState[]> {
  const [row] = await transaction
    .select({ states: vendorReports.states })
    .from(vendorReports)
    .where(and(eq(vendorReports.service, service), eq(vendorReports.process, process)))
    .for("update");
  return row?.states ?? [];
}

/** Keeps a report in place of the one before. */
export async function saveReport(transaction: Transaction, report: Report): Promise<void> {
  const { states, reportTime } = report;
  await transaction
    .insert(vendorReports)
    .values({ ...report, tenantId: MESH_TENANT })
    .onConflictDoUpdate({
      target: [vendorReports.tenantId, vendorReports.service, vendorReports.process],
      set: { states, reportTime },
    });
}

/** Reports made after a time, by service and process. */
export async function listReportsSince(transaction: Transaction, since: Date): Promise<Report[]> {
  const rows = await transaction
    .select()
    .from(vendorReports)
    .where(gt(vendorReports.reportTime, since))
    .orderBy(asc(vendorReports.service), asc(vendorReports.process));
  return rows.map(({ tenantId: _, ...row }) => row);
}

/** Forgets reports that were made before a time. */
export async function forgetReportsUntil(transaction: Transaction, until: Date): Promise<void> {
  await transaction.delete(vendorReports).where(lte(vendorReports.reportTime, until));
}
