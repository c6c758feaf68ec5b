import { meshError } from "#platform/errors/mesh-errors.ts";
import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { callOf } from "#platform/rpc/call.ts";
import { idOfUuid } from "../domain/id.ts";
import { ledgerRefused } from "../errors.ts";
import { fromEntry, toDirection, toTimeNs } from "../mapping.ts";
import type { LedgerDeps, LedgerHandlers } from "../service.ts";

/** Lists the entries of one account, newest first. Newer ones come before the first page, so later pages stay. */
export function listEntries({ ledger }: LedgerDeps): LedgerHandlers["listEntries"] {
  return async (request, context) => {
    const call = callOf(context);
    const accountId = idOfUuid(request.accountId);
    const direction = toDirection(request.direction);
    const fromNs = request.startTime === undefined ? 0n : withinLedgerTime(toTimeNs(request.startTime));
    const endNs = request.endTime === undefined ? MAX_TIME_NS : withinLedgerTime(toTimeNs(request.endTime));
    const list = [
      "entries",
      call.tenant,
      request.accountId.toLowerCase(),
      direction ?? "both",
      String(fromNs),
      String(endNs),
    ];
    const size = pageSizeOf(request.pageSize);
    const cursor = cursorOf(list, request.pageToken);
    const entries = await ledger.listEntries(call, {
      accountId,
      direction,
      fromNs,
      beforeNs: cursor === undefined ? endNs : earlier(endNs, timeOfCursor(cursor)),
      limit: size + 1,
    });
    if (entries === undefined) {
      throw ledgerRefused("account_not_found", { account_id: request.accountId });
    }
    const page = pageOf(list, entries, size, (last) => String(last.bookTimeNs));
    return { entries: page.items.map(fromEntry), nextPageToken: page.nextPageToken };
  };
}

/** Past every time that the ledger can give: 2262. */
const MAX_TIME_NS = 2n ** 63n - 1n;

/** A time of the contract reaches from year 1 to 9999; what lies beyond the ledger's own times bounds nothing. */
function withinLedgerTime(timeNs: bigint): bigint {
  return timeNs < 0n ? 0n : earlier(timeNs, MAX_TIME_NS);
}

function earlier(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function timeOfCursor(cursor: string): bigint {
  if (!/^\d{1,19}$/.test(cursor)) {
    throw meshError("PAGE_TOKEN_INVALID");
  }
  return BigInt(cursor);
}
