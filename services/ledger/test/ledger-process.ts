/** The ledger as a process of its own, which is killed without warning and started anew on the same database. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { inject, onTestFinished } from "vitest";
import { databaseEnvironment, tlsEnvironment } from "#platform/config/environment.ts";
import { freePort } from "#platform/embedded/ports.ts";
import { ensureServiceDatabase, type ServiceDatabaseUrls } from "#platform/embedded/service-database.ts";
import { testCertificate } from "#platform/testing/service.ts";

/** A ledger that runs, or was killed. */
export interface LedgerProcess {
  /** The same after every start. */
  readonly address: string;
  readonly databaseName: string;
  readonly databaseUrls: ServiceDatabaseUrls;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it; ends when it is ready. */
  start(): Promise<void>;
}

const program = fileURLToPath(new URL("../main.ts", import.meta.url));
/** Longest that a start may take, in milliseconds. */
const READY_MS = 30_000;
let databases = 0;

/** Starts a ledger on a database of its own, until the test ends. */
export async function startLedgerProcess(): Promise<LedgerProcess> {
  const databaseName = `ledger_process_${process.pid}_${databases++}`;
  const databaseUrls = await ensureServiceDatabase(inject("postgresUrl"), databaseName, () => "test");
  const address = `127.0.0.1:${await freePort()}`;
  const env = {
    PATH: process.env["PATH"],
    MALLA_LISTEN: address,
    ...databaseEnvironment(databaseUrls),
    MALLA_NATS_URL: inject("natsUrl"),
    MALLA_LOG_LEVEL: "fatal",
    MALLA_PEER_SCOPES: "gateway=*",
    ...tlsEnvironment(await testCertificate("ledger")),
  };
  let child: ChildProcess | undefined;
  const kill = async () => {
    if (child !== undefined) {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      child = undefined;
    }
  };
  const start = async () => {
    const started = fork(program, [], { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child = started;
    // The only message that it sends is that it is ready.
    await once(started, "message", { signal: AbortSignal.timeout(READY_MS) });
  };
  onTestFinished(kill);
  await start();
  return { address, databaseName, databaseUrls, kill, start };
}
