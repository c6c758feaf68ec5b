/** The facts that notifications tell. */
import { NotificationCreatedSchema } from "#gen/malla/notifications/v1/notifications_events_pb.js";
import { type Fact, fact } from "#platform/outbox/append.ts";
import type { Notification } from "../domain/notification.ts";
import { fromNotification } from "../mapping.ts";

/** A notification was written. */
export function notificationCreated(tenant: string, notification: Notification): Fact {
  return fact({
    tenant,
    type: NotificationCreatedSchema,
    subject: `notifications/${notification.id}`,
    time: notification.createTime,
    data: { notification: fromNotification(notification) },
  });
}
