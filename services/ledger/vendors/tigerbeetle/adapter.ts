/** LedgerService on TigerBeetle and a side store. */
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import { type Call, callOf } from "#platform/rpc/call.ts";
import { getBalance } from "./balance.ts";
import { type Books, openKnown } from "./books.ts";
import { openCluster } from "./cluster.ts";
import { createAccounts } from "./create-accounts.ts";
import { createTransfers } from "./create-transfers.ts";
import { listEntries } from "./entries.ts";
import { vendorUnimplemented } from "./errors.ts";
import { packResults, unpackTransfers } from "./load-transfers.ts";
import { fromNotedAccount, readAccounts } from "./read-accounts.ts";
import { fromNotedTransfers, readTransfers } from "./read-transfers.ts";
import { openSideStore } from "./side-store.ts";
import { streamTransfers } from "./stream-transfers.ts";
import type { TigerBeetle } from "./tigerbeetle.ts";
import { readTrialBalance } from "./trial-balance.ts";

/** What the vendor works with. */
export interface VendorDeps {
  readonly tigerbeetle: TigerBeetle;
  readonly database: Database;
  /** Called when something was booked. */
  readonly booked?: () => void;
}

/** Types of the RPCs. */
export type LedgerHandlers = ServiceImpl<typeof LedgerService>;

/** Makes the service. */
export function createTigerBeetleLedger({ tigerbeetle, database, booked = () => {} }: VendorDeps): LedgerHandlers {
  const known = openKnown();
  const booksOf = (call: Call): Books => ({
    tenant: call.tenant,
    cluster: openCluster(tigerbeetle, call),
    side: openSideStore(call.tenant, (work) => database.tenant(call, work)),
    known,
  });
  const books = (context: HandlerContext) => booksOf(callOf(context));
  return {
    async createAccounts({ accounts }, context) {
      const results = await createAccounts(books(context), accounts);
      booked();
      return { results };
    },
    async createTransfers({ transfers }, context) {
      const results = await createTransfers(books(context), transfers);
      booked();
      return { results };
    },
    async loadTransfers(request, context) {
      const results = await createTransfers(books(context), unpackTransfers(request));
      booked();
      return packResults(results);
    },
    streamTransfers(requests, context) {
      const stream = books(context);
      return streamTransfers(requests, async (transfers) => {
        const results = await createTransfers(stream, transfers);
        booked();
        return results;
      });
    },
    async lookupAccounts({ ids }, context) {
      return { accounts: (await readAccounts(books(context), ids)).map(fromNotedAccount) };
    },
    async lookupTransfers({ ids }, context) {
      const call = books(context);
      return { transfers: await fromNotedTransfers(call, await readTransfers(call, ids)) };
    },
    listEntries: (request, context) => listEntries(books(context), request),
    getBalance: (request, context) => getBalance(books(context), request),
    async getTrialBalance({ ledger }, context) {
      return { lines: await readTrialBalance(books(context), ledger) };
    },
    getLedgerStatus() {
      throw vendorUnimplemented("GetLedgerStatus: a cluster does not say how many items it has booked");
    },
  };
}
