/** Starts one PostgreSQL and one nats-server for a whole test run, in a folder of their own that goes with them. */

import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { startNatsServer } from "../embedded/nats-server.ts";
import { openPki } from "../embedded/pki.ts";
import { startPostgres } from "../embedded/postgres.ts";
import { removeStateFolder } from "../embedded/postgres-home.ts";
import { openStateFolder } from "../embedded/state-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

declare module "vitest" {
  export interface ProvidedContext {
    /** Folder of the servers: certificates of tests are made there. */
    stateFolder: string;
    natsUrl: string;
    /** Folder with a nats-server program, for tests that need one of their own. */
    natsFolder: string;
    /** postgres:// URL of the superuser, without a database. */
    postgresUrl: string;
  }
}

/** Called by vitest before the first test file; what it returns is called after the last. */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "malla-test-"));
  // A nats-server that was fetched once serves every run.
  const state = { ...openStateFolder(folder), bin: openStateFolder(join(root, ".malla")).bin };
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const [postgres, nats] = await Promise.all([
    startPostgres({ state, progress }),
    startNatsServer({ state, progress }),
  ]);
  // Made before the first file: files run side by side, and two that made the authority at once would not trust each other.
  const pki = await openPki(openStateFolder(folder));
  for (const name of ["gateway", "conformance", ...readdirSync(join(root, "services"))]) {
    await pki.issueServiceCertificate(name);
  }
  project.provide("stateFolder", folder);
  project.provide("natsUrl", nats.url);
  project.provide("natsFolder", state.bin);
  project.provide("postgresUrl", postgres.superuserUrl());
  return async () => {
    await Promise.all([postgres.stop(), nats.stop()]);
    removeStateFolder({ path: folder });
  };
}
