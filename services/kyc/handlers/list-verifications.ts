import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { fromVerification } from "../mapping.ts";
import type { KycDeps, KycHandlers } from "../service.ts";
import { listVerificationsBefore } from "../store/verification-store.ts";

/** Lists verifications, newest first: their ids are in the order of their making. */
export function listVerifications({ database }: KycDeps): KycHandlers["listVerifications"] {
  return async ({ customer, pageSize, pageToken }, context) => {
    const call = callOf(context);
    const list = ["verifications", call.tenant, customer];
    const size = pageSizeOf(pageSize);
    const beforeId = cursorOf(list, pageToken);
    const rows = await database.tenant(call, (transaction) =>
      listVerificationsBefore(transaction, { customer, beforeId }, size + 1),
    );
    const { items, nextPageToken } = pageOf(list, rows, size, (last) => last.id);
    return { verifications: items.map(fromVerification), nextPageToken };
  };
}
