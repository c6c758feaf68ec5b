/** Sums debits and credits of a tenant's accounts, per ledger and currency. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { TrialBalanceLineSchema } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { type Books, isTenants } from "./books.ts";
import { vendorUnimplemented } from "./errors.ts";
import { withoutFacility } from "./overdraft.ts";
import { noteAccounts, toOverdraft } from "./read-accounts.ts";
import type { LedgerKey } from "./side-store.ts";
import { MAX_BATCH } from "./tigerbeetle.ts";

type Line = MessageInitShape<typeof TrialBalanceLineSchema>;

/** Lines ordered by ledger, then currency. Each is of one moment: no transfer goes from one line's accounts to another's. */
export async function readTrialBalance(books: Books, ledger: number): Promise<Line[]> {
  const ledgers = [...(await books.side.ledgers())]
    .filter(([, key]) => ledger === 0 || key.ledger === ledger)
    .sort(([, one], [, other]) => one.ledger - other.ledger || (one.currencyCode < other.currencyCode ? -1 : 1));
  const lines: Line[] = [];
  for (const [number, key] of ledgers) {
    const line = await readLine(books, number, key);
    if (line !== undefined) {
      lines.push(line);
    }
  }
  return lines;
}

async function readLine(books: Books, number: number, key: LedgerKey): Promise<Line | undefined> {
  const accounts = await books.cluster.queryAccounts({ ledger: number });
  if (accounts.length >= MAX_BATCH) {
    // Read in several requests, sums would be of several moments, and prove nothing.
    throw vendorUnimplemented(`the trial balance of ${MAX_BATCH} accounts or more in one ledger and currency`);
  }
  const noted = await noteAccounts(books, accounts);
  if (noted.length === 0) {
    return undefined;
  }
  const sum = { debitsPosted: 0n, creditsPosted: 0n, debitsPending: 0n, creditsPending: 0n };
  for (const one of noted) {
    const sums = withoutFacility(one.account, toOverdraft(one));
    sum.debitsPosted += sums.debits_posted;
    sum.creditsPosted += sums.credits_posted;
    sum.debitsPending += sums.debits_pending;
    sum.creditsPending += sums.credits_pending;
  }
  return {
    ...key,
    debitsPosted: String(sum.debitsPosted),
    creditsPosted: String(sum.creditsPosted),
    debitsPending: String(sum.debitsPending),
    creditsPending: String(sum.creditsPending),
    accountCount: BigInt(noted.length),
    transferCount: await countTransfers(books, number),
    balanced: sum.debitsPosted === sum.creditsPosted && sum.debitsPending === sum.creditsPending,
  };
}

/** Read page by page, after the sums: those of the moments between are counted too. */
async function countTransfers({ cluster }: Books, number: number): Promise<bigint> {
  let count = 0n;
  let timestamp_min = 0n;
  for (;;) {
    const page = await cluster.queryTransfers({ ledger: number, timestamp_min });
    count += BigInt(page.filter(isTenants).length);
    const last = page.at(-1);
    if (last === undefined || page.length < MAX_BATCH) {
      return count;
    }
    timestamp_min = last.timestamp + 1n;
  }
}
