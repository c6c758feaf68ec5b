/** What the ledger service needs, and the RPCs it answers. */
import type { ServiceImpl } from "@connectrpc/connect";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import { settings } from "./config.ts";
import { createAccounts } from "./handlers/create-accounts.ts";
import { createTransfers } from "./handlers/create-transfers.ts";
import { getTrialBalance } from "./handlers/get-trial-balance.ts";
import { listEntries } from "./handlers/list-entries.ts";
import { lookupAccounts } from "./handlers/lookup-accounts.ts";
import { lookupTransfers } from "./handlers/lookup-transfers.ts";
import type { Ledger } from "./store/ledger.ts";
import { openPostgresLedger } from "./store/postgres-ledger.ts";

/** What handlers work with. */
export interface LedgerDeps {
  readonly ledger: Ledger;
}

/** Types of the RPCs. */
export type LedgerHandlers = ServiceImpl<typeof LedgerService>;

/** Makes the service. */
export function createLedgerService(deps: LedgerDeps): LedgerHandlers {
  return {
    createAccounts: createAccounts(deps),
    createTransfers: createTransfers(deps),
    lookupAccounts: lookupAccounts(deps),
    lookupTransfers: lookupTransfers(deps),
    listEntries: listEntries(deps),
    getTrialBalance: getTrialBalance(deps),
  };
}

/** The service as a program. */
export const ledgerProgram: ServiceProgram<typeof settings> = {
  name: "ledger",
  settings,
  migrations: new URL("./store/migrations", import.meta.url),
  open({ database, outbox }) {
    const ledger = openPostgresLedger({ database, outbox, now: () => new Date() });
    return { services: [served(LedgerService, createLedgerService({ ledger }))], close: () => ledger.close() };
  },
};
