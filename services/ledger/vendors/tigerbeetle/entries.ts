/** Entries of one account, newest first, and what it held right after each. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Direction, type EntrySchema } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { ListEntriesRequest, ListEntriesResponseSchema } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { cursorOf, pageOf, pageSizeOf } from "#platform/paging/page-token.ts";
import { type Books, isTenants } from "./books.ts";
import { vendorRefused } from "./errors.ts";
import { normalUuid } from "./ids.ts";
import { fromAccountFlags, MAX_TIME_NS, toMinorUnits, toTimeNs } from "./mapping.ts";
import { withoutFacility } from "./overdraft.ts";
import { type NotedAccount, readAccounts, toOverdraft } from "./read-accounts.ts";
import { fromNotedTransfers, noteTransfers } from "./read-transfers.ts";
import { FILTER_FLAG, type TbBalance, type TbTransfer } from "./tigerbeetle.ts";

const SIDES = {
  [Direction.UNSPECIFIED]: FILTER_FLAG.debits | FILTER_FLAG.credits,
  [Direction.DEBIT]: FILTER_FLAG.debits,
  [Direction.CREDIT]: FILTER_FLAG.credits,
} as const satisfies Record<Direction, number>;

/** Lists entries. Newer ones come before the first page, so later pages stay. */
export async function listEntries(
  books: Books,
  request: ListEntriesRequest,
): Promise<MessageInitShape<typeof ListEntriesResponseSchema>> {
  const accountId = normalUuid(request.accountId);
  const startNs = request.startTime === undefined ? 0n : withinTimes(toTimeNs(request.startTime));
  const endNs = request.endTime === undefined ? MAX_TIME_NS : withinTimes(toTimeNs(request.endTime));
  const list = ["entries", books.tenant, accountId, String(request.direction), String(startNs), String(endNs)];
  const size = pageSizeOf(request.pageSize);
  const cursor = cursorOf(list, request.pageToken);
  const beforeNs = cursor === undefined ? endNs : timeOfCursor(cursor);
  const noted = await requireAccount(books, accountId);
  const range = { flags: SIDES[request.direction] | FILTER_FLAG.reversed, startNs, beforeNs, limit: size + 1 };
  const transfers = await readRange(books, noted, range);
  const page = pageOf(list, transfers, size, ({ timestamp }) => String(timestamp));
  const balances = await readBalances(books, noted, page.items, range.flags);
  const messages = await fromNotedTransfers(books, await noteTransfers(books, page.items));
  return {
    entries: page.items.map((item, index): MessageInitShape<typeof EntrySchema> => {
      const transfer = messages[index];
      return {
        ...(transfer === undefined ? {} : { transfer }),
        direction: item.debit_account_id === noted.account.id ? Direction.DEBIT : Direction.CREDIT,
        ...fromBalance(balances.get(item.timestamp), noted),
      };
    }),
    nextPageToken: page.nextPageToken,
  };
}

/** @throws ACCOUNT_NOT_FOUND */
export async function requireAccount(books: Books, accountId: string): Promise<NotedAccount> {
  const [noted] = await readAccounts(books, [accountId]);
  if (noted === undefined) {
    throw vendorRefused("account_not_found", { account_id: accountId });
  }
  return noted;
}

interface Range {
  readonly flags: number;
  readonly startNs: bigint;
  readonly beforeNs: bigint;
  readonly limit: number;
}

/** TigerBeetle's bounds are both within, and 0 is none. */
async function readRange(books: Books, { account }: NotedAccount, range: Range): Promise<TbTransfer[]> {
  const { flags, startNs, beforeNs, limit } = range;
  if (beforeNs <= startNs || beforeNs <= 1n) {
    return [];
  }
  const transfers = await books.cluster.accountTransfers({
    account_id: account.id,
    flags,
    timestamp_min: startNs,
    timestamp_max: beforeNs - 1n,
    // One more: the facility's may be among them.
    limit: limit + 1,
  });
  return transfers.filter(isTenants).slice(0, limit);
}

async function readBalances(
  books: Books,
  { account }: NotedAccount,
  newestFirst: readonly TbTransfer[],
  flags: number,
): Promise<Map<bigint, TbBalance>> {
  const [newest, oldest] = [newestFirst[0], newestFirst.at(-1)];
  if (newest === undefined || oldest === undefined || !fromAccountFlags(account.flags).keepsHistory) {
    return new Map();
  }
  const balances = await books.cluster.accountBalances({
    account_id: account.id,
    flags,
    timestamp_min: oldest.timestamp,
    timestamp_max: newest.timestamp,
  });
  return new Map(balances.map((balance) => [balance.timestamp, balance]));
}

function fromBalance(balance: TbBalance | undefined, noted: NotedAccount) {
  if (balance === undefined) {
    return {};
  }
  const sums = withoutFacility(balance, toOverdraft(noted));
  return {
    debitsPostedAfter: toMinorUnits(sums.debits_posted),
    creditsPostedAfter: toMinorUnits(sums.credits_posted),
    debitsPendingAfter: toMinorUnits(sums.debits_pending),
    creditsPendingAfter: toMinorUnits(sums.credits_pending),
  };
}

/** A time of the contract reaches from year 1 to 9999; what lies beyond TigerBeetle's own times bounds nothing. */
function withinTimes(timeNs: bigint): bigint {
  return timeNs < 0n ? 0n : timeNs > MAX_TIME_NS ? MAX_TIME_NS : timeNs;
}

function timeOfCursor(cursor: string): bigint {
  if (!/^\d{1,19}$/.test(cursor)) {
    throw meshError("PAGE_TOKEN_INVALID");
  }
  return BigInt(cursor);
}
