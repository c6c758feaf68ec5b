/** The vendor as a program: its database, its link, and the work that goes on by itself. */
import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { openVendorDatabase, type VendorProgram } from "#platform/lifecycle/vendor.ts";
import { createIso8583Cards, VENDOR } from "./adapter.ts";
import { faultOfAnswer } from "./answer-faults.ts";
import { settings } from "./config.ts";
import type { Iso8583Deps } from "./deps.ts";
import { startStoreAndForward } from "./exchanges/store-and-forward.ts";
import { createWaker } from "./exchanges/waker.ts";
import { openLink } from "./link/link.ts";
import { createSettlement } from "./settlement.ts";
import { panOf } from "./store/card-store.ts";
import { openNumbers } from "./store/stans.ts";
import { openVault } from "./store/vault.ts";

/** Longest wait for a connection, a sign-on or an echo, in milliseconds. */
const CONTROL_MS = 5_000;
/** Waits between connections: at first short, as most breaks are, and never so long that a host that is back waits. */
const BACKOFF = { firstMs: 100, mostMs: 10_000 };

export const iso8583Program: VendorProgram<typeof CardsProviderService, typeof settings> = {
  capability: "cards",
  vendor: VENDOR,
  service: CardsProviderService,
  settings,
  async open({ log }, given) {
    const migrations = new URL("./store/migrations", import.meta.url);
    const database = await openVendorDatabase(`cards/${VENDOR}`, given, migrations);
    const clock = () => new Date();
    const numbers = openNumbers(database, clock);
    const vault = openVault(given.MALLA_ISO8583_VAULT_SECRET);
    const waker = createWaker();
    const link = openLink({
      address: given.MALLA_ISO8583_HOST,
      institution: given.MALLA_ISO8583_INSTITUTION,
      numbers,
      echoEveryMs: given.MALLA_ISO8583_ECHO_MS,
      controlTimeoutMs: CONTROL_MS,
      maxOutstanding: given.MALLA_ISO8583_OUTSTANDING,
      backoff: BACKOFF,
      log,
      onUp: waker.wake,
    });
    const deps: Iso8583Deps = {
      database,
      link,
      numbers,
      vault,
      panOf: (transaction, tenantId, cardId) => panOf(transaction, vault, tenantId, cardId),
      onSettled: createSettlement(vault),
      faultOfAnswer,
      answerTimeoutMs: given.MALLA_ISO8583_ANSWER_MS,
      log,
      clock,
      wake: waker.wake,
      institution: given.MALLA_ISO8583_INSTITUTION,
    };
    const forwarding = startStoreAndForward(deps, waker);
    return {
      implementation: createIso8583Cards(deps),
      async close() {
        await forwarding.stop();
        await link.close();
        await database.close();
      },
    };
  },
};
