import { TransferCompletedSchema } from "#gen/malla/accounts/v1/accounts_events_pb.js";
import { type Heard, heard } from "#platform/inbox/consume.ts";
import { tellBothSides } from "../domain/notification.ts";
import { toHappened } from "../mapping.ts";
import type { NotificationsDeps } from "../service.ts";
import { writeNotifications } from "./write-notifications.ts";

/** Tells debtor and creditor of a transfer. */
export function onTransferCompleted(deps: NotificationsDeps): Heard {
  return heard({
    capability: "accounts",
    type: TransferCompletedSchema,
    handle(transaction, { operation, debtorCustomer, creditorCustomer }, event) {
      const { account, creditorAccount, happened } = toHappened(operation);
      const tellings = tellBothSides(
        happened,
        { account, customer: debtorCustomer },
        { account: creditorAccount, customer: creditorCustomer },
      );
      return writeNotifications(deps, transaction, event, tellings);
    },
  });
}
