import { WithdrawalCompletedSchema } from "#gen/malla/accounts/v1/accounts_events_pb.js";
import { type Heard, heard } from "#platform/inbox/consume.ts";
import { tellHolder } from "../domain/notification.ts";
import { toHappened } from "../mapping.ts";
import type { NotificationsDeps } from "../service.ts";
import { writeNotifications } from "./write-notifications.ts";

/** Tells the account's holder of a withdrawal. */
export function onWithdrawalCompleted(deps: NotificationsDeps): Heard {
  return heard({
    capability: "accounts",
    type: WithdrawalCompletedSchema,
    handle(transaction, { operation, customer }, event) {
      const { account, happened } = toHappened(operation);
      return writeNotifications(deps, transaction, event, tellHolder("withdrawal", happened, { account, customer }));
    },
  });
}
