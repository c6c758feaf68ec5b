/** What the ledger service needs, and the RPCs it answers. */
import type { ServiceImpl } from "@connectrpc/connect";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import { settings } from "./config.ts";
import { startEngine } from "./engine/engine.ts";
import { nativeLedger } from "./engine/native-ledger.ts";
import { startEventRelay } from "./events/relay.ts";
import { createAccounts } from "./handlers/create-accounts.ts";
import { createTransfers } from "./handlers/create-transfers.ts";
import { getBalance } from "./handlers/get-balance.ts";
import { getLedgerStatus } from "./handlers/get-ledger-status.ts";
import { getTrialBalance } from "./handlers/get-trial-balance.ts";
import { listEntries } from "./handlers/list-entries.ts";
import { loadTransfers } from "./handlers/load-transfers.ts";
import { lookupAccounts } from "./handlers/lookup-accounts.ts";
import { lookupTransfers } from "./handlers/lookup-transfers.ts";
import { streamTransfers } from "./handlers/stream-transfers.ts";
import type { Ledger } from "./store/ledger.ts";

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
    loadTransfers: loadTransfers(deps),
    streamTransfers: streamTransfers(deps),
    lookupAccounts: lookupAccounts(deps),
    lookupTransfers: lookupTransfers(deps),
    listEntries: listEntries(deps),
    getBalance: getBalance(deps),
    getTrialBalance: getTrialBalance(deps),
    getLedgerStatus: getLedgerStatus(deps),
  };
}

/** The service as a program. */
export const ledgerProgram: ServiceProgram<typeof settings> = {
  name: "ledger",
  settings,
  migrations: new URL("./store/migrations", import.meta.url),
  async open({ database, workerUrl, bus, log }, { MALLA_LEDGER_RESIDENT_ACCOUNTS }) {
    const relay = startEventRelay({ database, bus, log });
    const engine = startEngine({
      writerUrl: workerUrl,
      database,
      maxAccounts: MALLA_LEDGER_RESIDENT_ACCOUNTS,
      now: Date.now,
      log,
      onCommit: relay.wake,
    });
    await engine.settled();
    return {
      services: [served(LedgerService, createLedgerService({ ledger: nativeLedger(engine, database) }))],
      async close() {
        await engine.close();
        await relay.stop();
      },
    };
  },
};
