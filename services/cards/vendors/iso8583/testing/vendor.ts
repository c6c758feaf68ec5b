/** The vendor on a host of its own, as the mesh sees it. */
import { randomBytes } from "node:crypto";
import type { Client } from "@connectrpc/connect";
import type { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { ServiceDatabaseUrls } from "#platform/embedded/service-database.ts";
import { startTestVendor, type TestVendor, testDatabase } from "#platform/testing/vendor.ts";
import { iso8583Program } from "../program.ts";
import { type HostProcess, startHostProcess } from "./host-process.ts";

/** Vendor and host. */
export interface RunningVendor {
  readonly host: HostProcess;
  readonly vendor: TestVendor<typeof CardsProviderService>;
  client(tenant: string, timeoutMs?: number): Client<typeof CardsProviderService>;
  /** Ends the vendor's process and starts another on the same database. */
  restartVendor(): Promise<void>;
  stop(): Promise<void>;
}

/** Funds that the suite and the tests use, in Brazilian reais and minor units. */
export const ACCOUNTS = "*/funds=986:100000;*/main=986:100000000";

/** Starts both. */
export async function startIso8583(
  env: Readonly<Record<string, string>> = {},
  accounts = ACCOUNTS,
): Promise<RunningVendor> {
  const host = await startHostProcess(accounts);
  const database = await testDatabase("cards_iso8583");
  const secret = randomBytes(32).toString("base64url");
  let vendor = await start(host, database, secret, env);
  return {
    host,
    get vendor() {
      return vendor;
    },
    client: (tenant, timeoutMs) => vendor.client({ tenant, ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
    async restartVendor() {
      await vendor.stop();
      vendor = await start(host, database, secret, env);
    },
    async stop() {
      await vendor.stop();
      await host.stop();
    },
  };
}

function start(
  host: HostProcess,
  database: ServiceDatabaseUrls,
  secret: string,
  env: Readonly<Record<string, string>>,
): Promise<TestVendor<typeof CardsProviderService>> {
  return startTestVendor(iso8583Program, {
    database,
    env: { MALLA_ISO8583_HOST: host.address, MALLA_ISO8583_VAULT_SECRET: secret, ...env },
  });
}
