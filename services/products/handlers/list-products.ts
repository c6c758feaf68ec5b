import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { fromProduct } from "../mapping.ts";
import type { ProductsDeps, ProductsHandlers } from "../service.ts";
import { listProductsAfter } from "../store/product-store.ts";

/** Lists products by id. */
export function listProducts({ database }: ProductsDeps): ProductsHandlers["listProducts"] {
  return async (request, context) => {
    const call = callOf(context);
    const list = ["products", call.tenant];
    const size = pageSizeOf(request.pageSize);
    const cursor = cursorOf(list, request.pageToken);
    const rows = await database.tenant(call, (transaction) => listProductsAfter(transaction, cursor, size + 1));
    const { items, nextPageToken } = pageOf(list, rows, size, (last) => last.id);
    return { products: items.map(fromProduct), nextPageToken };
  };
}
