/** Notifications of the domain to those of the contract, and operations of accounts to what people are told of them. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Operation } from "#gen/malla/accounts/v1/account_pb.js";
import { Notification_Kind, type NotificationSchema } from "#gen/malla/notifications/v1/notification_pb.js";
import type { Notification, OperationHappened } from "./domain/notification.ts";

const KINDS = {
  deposit: Notification_Kind.DEPOSIT,
  withdrawal: Notification_Kind.WITHDRAWAL,
  transfer_sent: Notification_Kind.TRANSFER_SENT,
  transfer_received: Notification_Kind.TRANSFER_RECEIVED,
} as const;

/** Id of "notifications/{notification}". */
export function notificationIdOf(name: string): string {
  return name.slice("notifications/".length);
}

/** A notification as callers see it. */
export function fromNotification(notification: Notification): MessageInitShape<typeof NotificationSchema> {
  return {
    name: `notifications/${notification.id}`,
    customer: notification.customer,
    account: notification.account,
    kind: KINDS[notification.kind],
    amount: { currencyCode: notification.currencyCode, minorUnits: notification.amountMinor },
    operation: notification.operation,
    eventId: notification.eventId,
    createTime: timestampFromDate(notification.createTime),
  };
}

/**
 * What people are told of an operation.
 *
 * @throws when an event lacks what the contract promises: it is set aside for a person to look at
 */
export function toHappened(operation: Operation | undefined): Operation & { readonly happened: OperationHappened } {
  if (operation?.amount === undefined) {
    throw new Error("the event holds no operation with an amount");
  }
  const { currencyCode, minorUnits } = operation.amount;
  return { ...operation, happened: { operation: operation.name, currencyCode, amountMinor: minorUnits } };
}
