/** Reads and writes notifications within a tenant's transaction. */
import { and, desc, eq, lt } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Notification } from "../domain/notification.ts";
import { notifications } from "./schema.ts";

/** Whose notifications, and before which. */
export interface NotificationFilter {
  readonly customer?: string;
  readonly account?: string;
  readonly beforeId?: string | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The notification; undefined where there is none. */
export async function findNotification(transaction: Transaction, id: string): Promise<Notification | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const [row] = await transaction.select().from(notifications).where(eq(notifications.id, id));
  return row === undefined ? undefined : toNotification(row);
}

/** Notifications, newest first: their ids are in the order of their making. */
export async function listNotificationsBefore(
  transaction: Transaction,
  { customer, account, beforeId }: NotificationFilter,
  limit: number,
): Promise<Notification[]> {
  const rows = await transaction
    .select()
    .from(notifications)
    .where(
      and(
        customer === undefined ? undefined : eq(notifications.customer, customer),
        account === undefined ? undefined : eq(notifications.account, account),
        beforeId === undefined ? undefined : lt(notifications.id, beforeId),
      ),
    )
    .orderBy(desc(notifications.id))
    .limit(limit);
  return rows.map(toNotification);
}

/** Adds notifications. */
export async function insertNotifications(
  transaction: Transaction,
  tenantId: string,
  rows: readonly Notification[],
): Promise<void> {
  await transaction.insert(notifications).values(rows.map((row) => ({ ...row, tenantId })));
}

function toNotification({ tenantId: _, ...row }: typeof notifications.$inferSelect): Notification {
  return row;
}
