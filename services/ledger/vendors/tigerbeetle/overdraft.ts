/**
 * Agreed overdrafts, of which TigerBeetle has none: what an account may exceed its constraint by is posted to its other
 * side from a facility account, once, when it is made (docs/decisions/0004). Reads leave the facility out.
 */
import { BalanceConstraint } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { Books } from "./books.ts";
import { facilityAccountId, facilityTransferId } from "./ids.ts";
import { fromAccountFlags } from "./mapping.ts";
import { accountStatusName, transferStatusName } from "./statuses.ts";
import { BLANK_TRANSFER, MAX_BATCH, type TbAccount, type TbTransfer } from "./tigerbeetle.ts";

/** An account and its agreed overdraft. */
export interface Overdraft {
  readonly account: TbAccount;
  /** In minor units. */
  readonly limit: bigint;
}

/** Whether an account was made closed; such a one never moves, and has no facility. Bit of Account.user_data_32. */
export const MADE_CLOSED = 1;

/** Kind of the facility's account and transfers; nobody but the adapter sees them. */
const FACILITY_CODE = 1;

/**
 * Sees to it that overdraft limits are in the cluster. What a crash left out is made up for by the next who asks, so that
 * a balance is never read, nor an account answered for, without its limit. Answers whether
 * it asked the cluster: what was read before then may lack limits.
 */
export async function ensureFacilities(books: Books, overdrafts: readonly Overdraft[]): Promise<boolean> {
  const missing = overdrafts.filter(
    ({ account, limit }) => hasFacility(account, limit) && books.known.facilities.get(account.id) === undefined,
  );
  if (missing.length === 0) {
    return false;
  }
  const ledgers = new Set(missing.map(({ account }) => account.ledger));
  const made = await books.cluster.createAccounts([...ledgers].map(facilityAccount));
  for (const { status } of made) {
    const name = accountStatusName(status);
    if (name !== "created" && name !== "exists") {
      throw new Error(`TigerBeetle refused a facility account: ${name}`);
    }
  }
  for (let start = 0; start < missing.length; start += MAX_BATCH) {
    const batch = missing.slice(start, start + MAX_BATCH);
    const results = await books.cluster.createTransfers(batch.map(facilityTransfer));
    for (const [index, { account }] of batch.entries()) {
      const name = transferStatusName(results[index]?.status ?? 0);
      if (name !== "created" && name !== "exists") {
        throw new Error(`TigerBeetle refused an overdraft limit: ${name}`);
      }
      books.known.facilities.set(account.id, true);
    }
  }
  return true;
}

/** The sums of an account, or of its past, as the contract has them: without what the facility posted. */
export function withoutFacility<Sums extends Pick<TbAccount, "debits_posted" | "credits_posted">>(
  sums: Sums,
  { account, limit }: Overdraft,
): Sums {
  if (!hasFacility(account, limit)) {
    return sums;
  }
  return boundsDebits(account)
    ? { ...sums, credits_posted: sums.credits_posted - limit }
    : { ...sums, debits_posted: sums.debits_posted - limit };
}

function hasFacility({ user_data_32 }: TbAccount, limit: bigint): boolean {
  return limit > 0n && (user_data_32 & MADE_CLOSED) === 0;
}

function boundsDebits({ flags }: TbAccount): boolean {
  return fromAccountFlags(flags).balanceConstraint === BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS;
}

function facilityAccount(ledger: number): TbAccount {
  return {
    id: facilityAccountId(ledger),
    debits_pending: 0n,
    debits_posted: 0n,
    credits_pending: 0n,
    credits_posted: 0n,
    user_data_128: 0n,
    user_data_64: 0n,
    user_data_32: 0,
    reserved: 0,
    ledger,
    code: FACILITY_CODE,
    flags: 0,
    timestamp: 0n,
  };
}

function facilityTransfer({ account, limit }: Overdraft): TbTransfer {
  const facility = facilityAccountId(account.ledger);
  return {
    ...BLANK_TRANSFER,
    id: facilityTransferId(account.id),
    debit_account_id: boundsDebits(account) ? facility : account.id,
    credit_account_id: boundsDebits(account) ? account.id : facility,
    amount: limit,
    ledger: account.ledger,
    code: FACILITY_CODE,
  };
}
