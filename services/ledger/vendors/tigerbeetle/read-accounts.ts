/** Accounts as callers see them. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AccountSchema } from "#gen/malla/ledger/v1/ledger_pb.js";
import { type AccountFacts, type Books, isTenants, rememberAccounts } from "./books.ts";
import { idOf, normalUuid, uuidOfU128 } from "./ids.ts";
import { fromAccountFlags, fromTimeNs, toMinorUnits } from "./mapping.ts";
import { type AccountNote, NO_ACCOUNT_NOTE } from "./notes.ts";
import { ensureFacilities, withoutFacility } from "./overdraft.ts";
import type { TbAccount } from "./tigerbeetle.ts";

/** An account with what is noted of it. Its sums are TigerBeetle's, the facility's part included. */
export interface NotedAccount {
  readonly account: TbAccount;
  readonly facts: AccountFacts;
  readonly note: AccountNote;
}

/** The accounts that exist, in the order asked. */
export async function readAccounts(books: Books, ids: readonly string[]): Promise<NotedAccount[]> {
  const tbIds = ids.map((id) => idOf(books.tenant, normalUuid(id)));
  const found = await noteAccounts(books, await books.cluster.lookupAccounts(new Set(tbIds)));
  if (await ensureFacilities(books, found.map(toOverdraft))) {
    // The sums that were read may lack the limits that were just posted.
    return readAccounts(books, ids);
  }
  const byId = new Map(found.map((noted) => [noted.account.id, noted]));
  return tbIds.flatMap((tbId) => byId.get(tbId) ?? []);
}

/** Accounts of the tenant with their notes; what the adapter keeps for itself is left out. */
export async function noteAccounts(books: Books, accounts: readonly TbAccount[]): Promise<NotedAccount[]> {
  const facts = await rememberAccounts(books, accounts);
  const noted = accounts.filter(({ user_data_64 }) => user_data_64 !== 0n);
  const notes =
    noted.length === 0
      ? []
      : await books.side.accountNotes(noted.map(({ user_data_128 }) => uuidOfU128(user_data_128)));
  const byContent = new Map(notes.map((row) => [`${row.id}/${row.digest}`, row.note]));
  return accounts.filter(isTenants).map((account) => {
    const known = facts.get(account.id);
    const note = account.user_data_64 === 0n ? NO_ACCOUNT_NOTE : byContent.get(`${known?.id}/${account.user_data_64}`);
    if (known === undefined || note === undefined) {
      throw new Error("an account's note was written before the account, and is not there");
    }
    return { account, facts: known, note };
  });
}

/** An account as callers see it. */
export function fromNotedAccount(noted: NotedAccount): MessageInitShape<typeof AccountSchema> {
  const { account, facts, note } = noted;
  const sums = withoutFacility(account, toOverdraft(noted));
  const { balanceConstraint, keepsHistory, closed, isImported } = fromAccountFlags(account.flags);
  const createTime = fromTimeNs(account.timestamp);
  return {
    id: facts.id,
    ledger: facts.key.ledger,
    currencyCode: facts.key.currencyCode,
    code: account.code,
    balanceConstraint,
    overdraftLimit: note.overdraftLimit,
    metadata: { ...note.metadata },
    debitsPosted: toMinorUnits(sums.debits_posted),
    creditsPosted: toMinorUnits(sums.credits_posted),
    debitsPending: toMinorUnits(sums.debits_pending),
    creditsPending: toMinorUnits(sums.credits_pending),
    createTime,
    keepsHistory,
    closed,
    ...(isImported ? { importTime: createTime } : {}),
  };
}

/** The account with its limit. */
export function toOverdraft({ account, note }: NotedAccount) {
  return { account, limit: note.overdraftLimit };
}
