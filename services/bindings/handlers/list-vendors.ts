import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { fromVendor, vendorIdOf } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { listVendorsAfter } from "../store/vendor-store.ts";

/** Lists the vendors of the mesh by name. */
export function listVendors({ database, now }: BindingsDeps): BindingsHandlers["listVendors"] {
  return async (request, context) => {
    const call = callOf(context);
    const list = ["vendors", call.tenant, request.capability];
    const size = pageSizeOf(request.pageSize);
    const cursor = cursorOf(list, request.pageToken);
    const after = cursor === undefined ? undefined : vendorIdOf(cursor);
    const rows = await database.tenant(call, (transaction) =>
      listVendorsAfter(transaction, request.capability, after, size + 1),
    );
    const { items, nextPageToken } = pageOf(list, rows, size, (last) => `vendors/${last.capability}/${last.vendor}`);
    return { vendors: items.map((vendor) => fromVendor(vendor, now())), nextPageToken };
  };
}
