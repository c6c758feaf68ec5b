import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { fromNotification } from "../mapping.ts";
import type { NotificationsDeps, NotificationsHandlers } from "../service.ts";
import { listNotificationsBefore } from "../store/notification-store.ts";

/** Lists notifications, newest first. */
export function listNotifications({ database }: NotificationsDeps): NotificationsHandlers["listNotifications"] {
  return async (request, context) => {
    const call = callOf(context);
    const { customer, account } = request;
    const list = ["notifications", call.tenant, customer, account];
    const size = pageSizeOf(request.pageSize);
    const filter = {
      ...(customer === "" ? {} : { customer }),
      ...(account === "" ? {} : { account }),
      beforeId: cursorOf(list, request.pageToken),
    };
    const rows = await database.tenant(call, (transaction) => listNotificationsBefore(transaction, filter, size + 1));
    const { items, nextPageToken } = pageOf(list, rows, size, (last) => last.id);
    return { notifications: items.map(fromNotification), nextPageToken };
  };
}
