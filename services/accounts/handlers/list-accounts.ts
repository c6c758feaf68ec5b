import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { fromAccount, idOf } from "../mapping.ts";
import type { AccountsDeps, AccountsHandlers } from "../service.ts";
import { listAccountsBefore } from "../store/account-store.ts";

/** Lists accounts, newest first. */
export function listAccounts({ database }: AccountsDeps): AccountsHandlers["listAccounts"] {
  return async (request, context) => {
    const call = callOf(context);
    const list = ["accounts", call.tenant, request.customer];
    const size = pageSizeOf(request.pageSize);
    const filter = {
      customerId: request.customer === "" ? undefined : idOf(request.customer),
      beforeId: cursorOf(list, request.pageToken),
      limit: size + 1,
    };
    const rows = await database.tenant(call, (transaction) => listAccountsBefore(transaction, filter));
    const { items, nextPageToken } = pageOf(list, rows, size, (last) => last.id);
    return { accounts: items.map(fromAccount), nextPageToken };
  };
}
