/** What an account held at a moment. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type BalanceSchema, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { GetBalanceRequest } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { type Books, isTenants } from "./books.ts";
import { requireAccount } from "./entries.ts";
import { vendorRefused } from "./errors.ts";
import { normalUuid } from "./ids.ts";
import {
  dayNumberOfTime,
  fromAccountFlags,
  fromTransferFlags,
  MAX_TIME_NS,
  toDayNumber,
  toMinorUnits,
  toTimeNs,
} from "./mapping.ts";
import { withoutFacility } from "./overdraft.ts";
import { type NotedAccount, toOverdraft } from "./read-accounts.ts";
import { FILTER_FLAG, MAX_BATCH, type TbBalance, type TbTransfer } from "./tigerbeetle.ts";

type Sums = Pick<TbBalance, "debits_posted" | "credits_posted" | "debits_pending" | "credits_pending">;

const NOTHING: Sums = { debits_posted: 0n, credits_posted: 0n, debits_pending: 0n, credits_pending: 0n };
const BOTH_SIDES = FILTER_FLAG.debits | FILTER_FLAG.credits;

/** Reads a balance: now, by booking, or by value. */
export async function getBalance(
  books: Books,
  { accountId, moment }: GetBalanceRequest,
): Promise<MessageInitShape<typeof BalanceSchema>> {
  const id = normalUuid(accountId);
  const noted = await requireAccount(books, id);
  if (moment.case !== undefined && !fromAccountFlags(noted.account.flags).keepsHistory) {
    throw vendorRefused("account_keeps_no_history", { account_id: id });
  }
  const sums = await sumsAt(books, noted, moment);
  return {
    accountId: id,
    currencyCode: noted.facts.key.currencyCode,
    debitsPosted: toMinorUnits(sums.debits_posted),
    creditsPosted: toMinorUnits(sums.credits_posted),
    debitsPending: toMinorUnits(sums.debits_pending),
    creditsPending: toMinorUnits(sums.credits_pending),
  };
}

async function sumsAt(books: Books, noted: NotedAccount, moment: GetBalanceRequest["moment"]): Promise<Sums> {
  switch (moment.case) {
    case undefined:
      return withoutFacility(noted.account, toOverdraft(noted));
    case "bookTime":
      return sumsByBooking(books, noted, toTimeNs(moment.value));
    case "valueDate": {
      const day = toDayNumber(moment.value);
      if (day === undefined) {
        throw vendorRefused("value_date_invalid");
      }
      return sumsByValue(books, noted, day);
    }
  }
}

/** The balance after the last transfer until then. TigerBeetle keeps none for an expiry, which moves nothing posted. */
async function sumsByBooking(books: Books, noted: NotedAccount, timeNs: bigint): Promise<Sums> {
  if (timeNs <= 0n) {
    return NOTHING;
  }
  const [balance] = await books.cluster.accountBalances({
    account_id: noted.account.id,
    flags: BOTH_SIDES | FILTER_FLAG.reversed,
    timestamp_max: timeNs > MAX_TIME_NS ? MAX_TIME_NS : timeNs,
    limit: 1,
  });
  return balance === undefined ? NOTHING : withoutFacility(balance, toOverdraft(noted));
}

/** TigerBeetle sums nothing by value date, so every transfer of the account is read: page by page, oldest first. */
async function sumsByValue(books: Books, { account }: NotedAccount, untilDay: number): Promise<Sums> {
  let [debits_posted, credits_posted] = [0n, 0n];
  let timestamp_min = 0n;
  for (;;) {
    const page = await books.cluster.accountTransfers({ account_id: account.id, flags: BOTH_SIDES, timestamp_min });
    for (const transfer of page) {
      if (countsUntil(transfer, untilDay)) {
        const isDebit = transfer.debit_account_id === account.id;
        debits_posted += isDebit ? transfer.amount : 0n;
        credits_posted += isDebit ? 0n : transfer.amount;
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < MAX_BATCH) {
      return { ...NOTHING, debits_posted, credits_posted };
    }
    timestamp_min = last.timestamp + 1n;
  }
}

function countsUntil(transfer: TbTransfer, untilDay: number): boolean {
  const { phase } = fromTransferFlags(transfer.flags);
  const isPosted = phase === TransferPhase.UNSPECIFIED || phase === TransferPhase.POST_PENDING;
  const day = transfer.user_data_32 === 0 ? dayNumberOfTime(transfer.timestamp) : transfer.user_data_32;
  return isTenants(transfer) && isPosted && day <= untilDay;
}
