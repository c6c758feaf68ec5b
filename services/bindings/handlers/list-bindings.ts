import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { fromBinding } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { listBindingsAfter } from "../store/binding-store.ts";

/** Lists bindings by capability. */
export function listBindings({ database }: BindingsDeps): BindingsHandlers["listBindings"] {
  return async (request, context) => {
    const call = callOf(context);
    const list = ["bindings", call.tenant];
    const size = pageSizeOf(request.pageSize);
    const cursor = cursorOf(list, request.pageToken);
    const rows = await database.tenant(call, (transaction) => listBindingsAfter(transaction, cursor, size + 1));
    const { items, nextPageToken } = pageOf(list, rows, size, (last) => last.capability);
    return { bindings: items.map(fromBinding), nextPageToken };
  };
}
