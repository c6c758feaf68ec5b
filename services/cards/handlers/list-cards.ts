import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { fromCard } from "../mapping.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";
import { listCardsBefore } from "../store/card-store.ts";

/** Lists cards, newest first: their ids are in the order of their making. */
export function listCards({ database }: CardsDeps): CardsHandlers["listCards"] {
  return async ({ customer, pageSize, pageToken }, context) => {
    const call = callOf(context);
    const list = ["cards", call.tenant, customer];
    const size = pageSizeOf(pageSize);
    const beforeId = cursorOf(list, pageToken);
    const rows = await database.tenant(call, (transaction) =>
      listCardsBefore(transaction, { customer, beforeId }, size + 1),
    );
    const { items, nextPageToken } = pageOf(list, rows, size, (last) => last.id);
    return { cards: items.map(fromCard), nextPageToken };
  };
}
