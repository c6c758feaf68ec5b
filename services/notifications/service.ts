/** What the notifications service needs, the RPCs it answers and the events it hears. */
import type { ServiceImpl } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { NotificationsService } from "#gen/malla/notifications/v1/notifications_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import type { Outbox } from "#platform/outbox/append.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import { settings } from "./config.ts";
import { onDepositCompleted } from "./events/on-deposit-completed.ts";
import { onTransferCompleted } from "./events/on-transfer-completed.ts";
import { onWithdrawalCompleted } from "./events/on-withdrawal-completed.ts";
import { getNotification } from "./handlers/get-notification.ts";
import { listNotifications } from "./handlers/list-notifications.ts";

/** What handlers work with. */
export interface NotificationsDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  /** The time now. */
  readonly now: () => Date;
  /** A new id, later ones greater. */
  readonly newId: () => string;
}

/** Types of the RPCs. */
export type NotificationsHandlers = ServiceImpl<typeof NotificationsService>;

/** Makes the service. */
export function createNotificationsService(deps: NotificationsDeps): NotificationsHandlers {
  return {
    getNotification: getNotification(deps),
    listNotifications: listNotifications(deps),
  };
}

/** The service as a program. */
export const notificationsProgram: ServiceProgram<typeof settings> = {
  name: "notifications",
  settings,
  migrations: new URL("./store/migrations", import.meta.url),
  open({ database, outbox }) {
    const deps: NotificationsDeps = { database, outbox, now: () => new Date(), newId: uuidv7 };
    return {
      services: [served(NotificationsService, createNotificationsService(deps))],
      heard: [onDepositCompleted(deps), onWithdrawalCompleted(deps), onTransferCompleted(deps)],
    };
  },
};
