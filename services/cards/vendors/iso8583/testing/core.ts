/** The vendor's core on a database of its own and a link of its own: what its tests stand on. */
import { randomBytes, randomUUID } from "node:crypto";
import type { HostPort } from "#platform/config/settings.ts";
import type { Database } from "#platform/db/database.ts";
import type { ServiceDatabaseUrls } from "#platform/embedded/service-database.ts";
import { openVendorDatabase } from "#platform/lifecycle/vendor.ts";
import type { Exchange } from "../exchanges/exchange.ts";
import { type ExchangesDeps, exchangeOnce, type Plan } from "../exchanges/exchanges.ts";
import { startStoreAndForward } from "../exchanges/store-and-forward.ts";
import { createWaker } from "../exchanges/waker.ts";
import { openLink } from "../link/link.ts";
import type { Stray } from "../link/outstanding.ts";
import { findExchange } from "../store/exchange-store.ts";
import { openNumbers } from "../store/stans.ts";
import { openVault } from "../store/vault.ts";

/** The core. */
export interface Core {
  readonly database: Database;
  readonly deps: ExchangesDeps;
  /** Answers that nobody waited for. */
  readonly strays: readonly Stray[];
  /** Waits until the link is up. */
  up(): Promise<void>;
  ask(request: Asked): Promise<Exchange>;
  find(id: string): Promise<Exchange | undefined>;
  /** Waits until an exchange is in a state. */
  until(id: string, state: Exchange["state"]): Promise<Exchange>;
  close(): Promise<void>;
}

/** What is asked, as far as it is not a purchase of 10 reais. */
export interface Asked extends Partial<Pick<Extract<Plan, { kind: "host" }>, "mti" | "onLoss" | "whenDown">> {
  readonly id?: string;
  readonly fingerprint?: string;
}

/** How to open one. */
export interface CoreOptions {
  readonly address: HostPort;
  readonly urls: ServiceDatabaseUrls;
  readonly answerTimeoutMs?: number;
  readonly panOf?: string;
}

const TENANT = "t-iso";
const UNTIL_MS = 15_000;

/** Opens it. Another one on the same database is the vendor after a restart. */
export async function openCore({ address, urls, answerTimeoutMs = 2_000, panOf }: CoreOptions): Promise<Core> {
  const settings = {
    MALLA_DATABASE_URL: urls.app,
    MALLA_DATABASE_WORKER_URL: urls.worker,
    MALLA_DATABASE_OWNER_URL: urls.owner,
    MALLA_DATABASE_POOL: 8,
  };
  const migrations = new URL("../store/migrations", import.meta.url);
  const database = await openVendorDatabase("cards/iso8583", settings, migrations);
  const clock = () => new Date();
  const numbers = openNumbers(database, clock);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const strays: Stray[] = [];
  const settled = new Set<() => void>();
  let whenUp: (() => void)[] = [];
  const waker = createWaker();
  const link = openLink({
    address,
    institution: "12345",
    numbers,
    echoEveryMs: 60_000,
    controlTimeoutMs: 2_000,
    maxOutstanding: 500,
    backoff: { firstMs: 5, mostMs: 50 },
    log,
    onUp() {
      waker.wake();
      for (const go of whenUp.splice(0)) {
        go();
      }
    },
    onStray: (stray) => strays.push(stray),
  });
  const deps: ExchangesDeps = {
    database,
    link,
    numbers,
    panOf: async () => panOf ?? "4761739001010119",
    onSettled: async () => {
      setImmediate(() => {
        for (const look of settled) {
          look();
        }
      });
      return { kind: "done", response: Uint8Array.of(1) };
    },
    faultOfAnswer: () => undefined,
    vault: openVault(randomBytes(32).toString("hex")),
    answerTimeoutMs,
    log,
    clock,
    wake: waker.wake,
  };
  const forwarding = startStoreAndForward(deps, waker);
  const scope = () => ({ tenant: TENANT, deadlineMs: Date.now() + 20_000 });
  const find = (id: string) => database.tenant(scope(), (transaction) => findExchange(transaction, TENANT, id));
  return {
    database,
    deps,
    strays,
    up: () =>
      link.state === "up"
        ? Promise.resolve()
        : new Promise((resolve) => {
            whenUp = [...whenUp, resolve];
          }),
    ask: ({ id = randomUUID(), fingerprint = "same", ...plan }) =>
      exchangeOnce(deps, scope(), { id, purpose: "test", fingerprint: Buffer.from(fingerprint) }, async () => ({
        kind: "host",
        onLoss: "reverse",
        mti: "0100",
        cardId: randomUUID(),
        fields: { 3: "000000", 4: "000000001000", 18: "5411", 49: "986" },
        details: { purpose: "move" },
        whenDown: "refuse",
        ...plan,
      })),
    find,
    async until(id, state) {
      const deadlineMs = Date.now() + UNTIL_MS;
      for (;;) {
        const { promise: changed, resolve } = Promise.withResolvers<void>();
        settled.add(resolve);
        const exchange = await find(id);
        if (exchange?.state === state) {
          settled.delete(resolve);
          return exchange;
        }
        if (Date.now() > deadlineMs) {
          throw new Error(`the exchange is ${exchange?.state}, and did not become ${state}`);
        }
        // Looked at again when something is settled, or after a while: what is settled commits a little later.
        await Promise.race([changed, new Promise((again) => setTimeout(again, 50))]);
        settled.delete(resolve);
      }
    },
    async close() {
      await forwarding.stop();
      await link.close();
      await database.close();
    },
  };
}
