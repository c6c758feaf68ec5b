/** How a refusal reads to the caller: one table. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { NotificationsErrorReason } from "#gen/malla/notifications/v1/notifications_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";

/** Why a call on notifications is refused. */
export type NotificationRefusal = "notification_not_found";

type Reason = Exclude<keyof typeof NotificationsErrorReason, "UNSPECIFIED">;

const REFUSALS = {
  notification_not_found: [Code.NotFound, "NOTIFICATION_NOT_FOUND", "no such notification"],
} as const satisfies Record<NotificationRefusal, readonly [Code, Reason, string]>;

/** Makes the error of a refusal. */
export function notificationRefused(refusal: NotificationRefusal, metadata: Record<string, string> = {}): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "notifications.malla", message, metadata });
}
