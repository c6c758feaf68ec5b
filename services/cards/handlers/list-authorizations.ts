import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { fromAuthorization, idOf } from "../mapping.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";
import { listAuthorizationsBefore } from "../store/authorization-store.ts";

/** Lists authorizations, newest first: their ids are in the order of their making. */
export function listAuthorizations({ database }: CardsDeps): CardsHandlers["listAuthorizations"] {
  return async ({ card, pageSize, pageToken }, context) => {
    const call = callOf(context);
    const list = ["authorizations", call.tenant, card];
    const size = pageSizeOf(pageSize);
    const beforeId = cursorOf(list, pageToken);
    const cardId = card === "" ? "" : idOf(card);
    const rows = await database.tenant(call, (transaction) =>
      listAuthorizationsBefore(transaction, { cardId, beforeId }, size + 1),
    );
    const { items, nextPageToken } = pageOf(list, rows, size, (last) => last.id);
    return { authorizations: items.map(fromAuthorization), nextPageToken };
  };
}
