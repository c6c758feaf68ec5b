import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { capabilityOf, fromRevision } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { listRevisionsBefore } from "../store/binding-store.ts";

/** Lists the changes of a binding, newest first. */
export function listBindingRevisions({ database }: BindingsDeps): BindingsHandlers["listBindingRevisions"] {
  return async (request, context) => {
    const call = callOf(context);
    const capability = capabilityOf(request.parent);
    const list = ["revisions", call.tenant, capability];
    const size = pageSizeOf(request.pageSize);
    const cursor = cursorOf(list, request.pageToken);
    const before = cursor === undefined ? undefined : BigInt(cursor);
    const rows = await database.tenant(call, (transaction) =>
      listRevisionsBefore(transaction, capability, before, size + 1),
    );
    const { items, nextPageToken } = pageOf(list, rows, size, (last) => String(last.version));
    return { revisions: items.map(fromRevision), nextPageToken };
  };
}
