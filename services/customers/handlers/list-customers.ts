import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { fromCustomer } from "../mapping.ts";
import type { CustomersDeps, CustomersHandlers } from "../service.ts";
import { listCustomersBefore } from "../store/customer-store.ts";

/** Lists customers, newest first: their ids are in the order of their making. */
export function listCustomers({ database }: CustomersDeps): CustomersHandlers["listCustomers"] {
  return async (request, context) => {
    const call = callOf(context);
    const list = ["customers", call.tenant];
    const size = pageSizeOf(request.pageSize);
    const cursor = cursorOf(list, request.pageToken);
    const rows = await database.tenant(call, (transaction) => listCustomersBefore(transaction, cursor, size + 1));
    const { items, nextPageToken } = pageOf(list, rows, size, (last) => last.id);
    return { customers: items.map(fromCustomer), nextPageToken };
  };
}
