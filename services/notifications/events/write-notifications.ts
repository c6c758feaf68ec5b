/** What every heard event does: write its notifications, and tell of them, in the transaction that remembers the event. */
import type { Event } from "#gen/malla/event/v1/event_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import type { Notification, Telling } from "../domain/notification.ts";
import type { NotificationsDeps } from "../service.ts";
import { insertNotifications } from "../store/notification-store.ts";
import { notificationCreated } from "./outbox.ts";

/** Writes one notification per telling. */
export async function writeNotifications(
  { outbox, now, newId }: NotificationsDeps,
  transaction: Transaction,
  event: Event,
  tellings: readonly Telling[],
): Promise<void> {
  const createTime = now();
  const notifications = tellings.map(
    (telling): Notification => ({ ...telling, id: newId(), eventId: event.id, createTime }),
  );
  await insertNotifications(transaction, event.tenant, notifications);
  await outbox.append(
    transaction,
    notifications.map((notification) => notificationCreated(event.tenant, notification)),
  );
}
