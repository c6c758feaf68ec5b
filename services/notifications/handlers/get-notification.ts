import { callOf } from "#platform/rpc/call.ts";
import { notificationRefused } from "../errors.ts";
import { fromNotification, notificationIdOf } from "../mapping.ts";
import type { NotificationsDeps, NotificationsHandlers } from "../service.ts";
import { findNotification } from "../store/notification-store.ts";

/** Reads a notification. */
export function getNotification({ database }: NotificationsDeps): NotificationsHandlers["getNotification"] {
  return async (request, context) => {
    const id = notificationIdOf(request.name);
    const notification = await database.tenant(callOf(context), (transaction) => findNotification(transaction, id));
    if (notification === undefined) {
      throw notificationRefused("notification_not_found", { name: request.name });
    }
    return fromNotification(notification);
  };
}
