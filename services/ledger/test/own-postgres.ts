/** A ledger on a PostgreSQL of its own, which can be taken away without disturbing other tests. */
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type EmbeddedPostgres, startPostgres } from "#platform/embedded/postgres.ts";
import { removeStateFolder } from "#platform/embedded/postgres-home.ts";
import type { ServiceDatabaseUrls } from "#platform/embedded/service-database.ts";
import { openStateFolder, type StateFolder } from "#platform/embedded/state-folder.ts";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";

/** A PostgreSQL, and a ledger on it. */
export interface OwnLedger {
  readonly service: TestService;
  readonly databaseUrls: ServiceDatabaseUrls;
  /** URL of the superuser in the ledger's database. */
  readonly superuserUrl: string;
  /** Cuts PostgreSQL short, as a crash would, and leaves it down. */
  takeAway(): Promise<void>;
  /** Starts PostgreSQL again where it is down. */
  bringBack(): Promise<void>;
}

/** A folder that everybody may enter: PostgreSQL does not run as root. It is removed when the test ends. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "malla-ledger-"));
  chmodSync(folder, 0o755);
  onTestFinished(() => removeStateFolder({ path: folder }));
  return folder;
}

/** Starts both on a folder, until the test ends. */
export async function startOwnLedger(folder: string): Promise<OwnLedger> {
  const state: StateFolder = openStateFolder(folder);
  const start = () => startPostgres({ state, progress: () => {} });
  let postgres: EmbeddedPostgres | undefined = await start();
  onTestFinished(() => postgres?.stop());
  const databaseUrls = await postgres.ensureServiceDatabase("ledger");
  const superuserUrl = postgres.superuserUrl("ledger");
  const service = await startTestService(ledgerProgram, { databaseOf: { databaseName: "ledger", databaseUrls } });
  onTestFinished(() => service.stop());
  return {
    service,
    databaseUrls,
    superuserUrl,
    async takeAway() {
      await postgres?.stop();
      postgres = undefined;
    },
    async bringBack() {
      // Whatever is left of one that ended by itself is ended first.
      postgres = await start();
    },
  };
}
