/** The native processor among its peers: a real ledger with accounts to pay from. */
import { randomUUID } from "node:crypto";
import type { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { BalanceConstraint } from "#gen/malla/ledger/v1/ledger_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { startTestVendor, type TestVendor, testDatabase } from "#platform/testing/vendor.ts";
import { ledgerProgram } from "../../../../ledger/service.ts";
import { nativeCards } from "../program.ts";

/** A zone key of the tests. */
export const TEST_ZONE = { id: "zone-1", hex: "00112233445566778899aabbccddeeff" };
/** Settings that are the same for every test. */
export const TEST_SETTINGS = {
  MALLA_CARDS_VAULT_KEY: Buffer.alloc(32, 7).toString("base64url"),
  MALLA_CARDS_PIN_KEYS: `${TEST_ZONE.id}:4:${TEST_ZONE.hex},zone-0:0:${TEST_ZONE.hex}`,
};

/** What runs. */
export interface NativeGround {
  readonly ledger: TestService;
  readonly vendor: TestVendor<typeof CardsProviderService>;
  /** Settings of the vendor, to start another process of it on the same database. */
  startTwin(env?: Readonly<Record<string, string>>): Promise<TestVendor<typeof CardsProviderService>>;
  stop(): Promise<void>;
}

/** Starts the ledger and the processor; `ledgerAddress` puts something between them. */
export async function startNative(
  doorTo: (ledgerAddress: string) => Promise<string> = async (address) => address,
): Promise<NativeGround> {
  const ledger = await startTestService(ledgerProgram, {
    env: { MALLA_PEER_SCOPES: "gateway=*;cards/native=ledger.read,ledger.write" },
  });
  const database = await testDatabase("cards/native");
  const env = { ...TEST_SETTINGS, MALLA_LEDGER_ADDRESS: await doorTo(ledger.address) };
  const vendor = await startTestVendor(nativeCards, { database, env });
  const twins: TestVendor<typeof CardsProviderService>[] = [];
  return {
    ledger,
    vendor,
    async startTwin(more = {}) {
      const twin = await startTestVendor(nativeCards, { database, env: { ...env, ...more } });
      twins.push(twin);
      return twin;
    },
    async stop() {
      for (const one of [...twins, vendor, ledger]) {
        await one.stop();
      }
    },
  };
}

/** Makes a holder's account with money in it; answers its id. */
export async function fundAccount(
  ledger: TestService,
  tenant: string,
  minorUnits: bigint,
  currencyCode = "BRL",
): Promise<string> {
  const client = ledger.client(LedgerService, { tenant });
  const [holder, source] = [randomUUID(), randomUUID()];
  const shared = { ledger: 1, currencyCode };
  await client.createAccounts({
    accounts: [
      {
        ...shared,
        id: holder,
        code: 2010,
        balanceConstraint: BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS,
      },
      { ...shared, id: source, code: 1010 },
    ],
  });
  if (minorUnits > 0n) {
    const amount = { currencyCode, minorUnits };
    const transfer = { id: randomUUID(), debitAccountId: source, creditAccountId: holder, code: 1, amount };
    await client.createTransfers({ transfers: [transfer] });
  }
  return holder;
}
