import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { cursorOf, pageToken } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { accountsRefused } from "../errors.ts";
import { idOf, toTimeNs } from "../mapping.ts";
import { ask } from "../peers/ask.ts";
import { fromEntry, operationIdOf } from "../peers/statement-entry.ts";
import type { AccountsDeps, AccountsHandlers } from "../service.ts";
import { findAccount } from "../store/account-store.ts";
import { findDescriptions } from "../store/operation-store.ts";

/** Lists a statement. The ledger pages it; what callers wrote, which is personal, is added here. */
export function listStatementEntries({ database, ledger }: AccountsDeps): AccountsHandlers["listStatementEntries"] {
  return async (request, context) => {
    const call = callOf(context);
    const account = await database.tenant(call, (transaction) => findAccount(transaction, idOf(request.parent)));
    if (account === undefined) {
      throw accountsRefused("account_not_found", { name: request.parent });
    }
    const list = ["entries", call.tenant, account.id, timeText(request.startTime), timeText(request.endTime)];
    const page = await ask(
      "ledger",
      ledger.for(call).listEntries({
        accountId: account.ledgerAccountId,
        pageSize: request.pageSize,
        pageToken: cursorOf(list, request.pageToken) ?? "",
        ...(request.startTime === undefined ? {} : { startTime: request.startTime }),
        ...(request.endTime === undefined ? {} : { endTime: request.endTime }),
      }),
    );
    const operationIds = page.entries.map(operationIdOf).filter((id) => id !== undefined);
    const descriptions = await database.tenant(call, (transaction) =>
      findDescriptions(transaction, [...new Set(operationIds)]),
    );
    return {
      entries: page.entries.map((entry) => fromEntry(entry, account, descriptions)),
      nextPageToken: page.nextPageToken === "" ? "" : pageToken(list, page.nextPageToken),
    };
  };
}

function timeText(time: Timestamp | undefined): string {
  return time === undefined ? "" : String(toTimeNs(time));
}
