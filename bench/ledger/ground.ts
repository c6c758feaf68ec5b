/** What all parts of the bench stand on: one PostgreSQL, nats-server, certificates, and ledgers started on them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { databaseEnvironment, tlsEnvironment } from "#platform/config/environment.ts";
import { type EmbeddedNats, startNatsServer } from "#platform/embedded/nats-server.ts";
import { openPki } from "#platform/embedded/pki.ts";
import { freePort } from "#platform/embedded/ports.ts";
import { type EmbeddedPostgres, startPostgres } from "#platform/embedded/postgres.ts";
import type { ServiceDatabaseUrls } from "#platform/embedded/service-database.ts";
import { openStateFolder, type StateFolder } from "#platform/embedded/state-folder.ts";
import type { TlsFiles } from "#platform/rpc/tls.ts";
import type { Parts } from "../../deploy/embedded/parts.ts";
import { SERVICES } from "../../deploy/embedded/services.ts";
import type { CpuSeconds } from "./cpu.ts";
import { type AccountIds, newAccountIds } from "./ids.ts";
import { type LoadProcess, startLoadProcess } from "./load-process.ts";
import { type NodeProgram, startNodeProgram } from "./node-program.ts";
import { PEER, type WireKind, type WireOptions } from "./wire.ts";

/** The tenant whose ledger is loaded. */
export const TENANT = "banco-bench";

/** The servers of a run. */
export interface Ground {
  readonly state: StateFolder;
  readonly postgres: EmbeddedPostgres;
  readonly nats: EmbeddedNats;
  readonly load: LoadProcess;
  /** The generator's certificate: the edge's, which may assert every scope. */
  readonly clientTls: TlsFiles;
  readonly wireKind: WireKind;
  readonly progress: (line: string) => void;
  /** Starts a program of the mesh, with the settings that all of them have. */
  startProgram(name: string, path: string, env: Readonly<Record<string, string>>): Promise<NodeProgram>;
  /** Makes a database and starts a ledger on it, with new accounts. */
  openLedger(options: LedgerOptions): Promise<BenchLedger>;
}

/** Which ledger. */
export interface LedgerOptions {
  /** Of the database. */
  readonly name: string;
  readonly accounts: number;
  readonly keepsHistory: boolean;
}

/** A ledger that is loaded. */
export interface BenchLedger {
  readonly database: string;
  readonly accountIds: AccountIds;
  readonly wire: WireOptions;
  /** The process that was started last. */
  readonly process: NodeProgram;
  /** Starts one more process on the same database, which listens at the address at some time. */
  startAnother(): Promise<{ readonly process: NodeProgram; readonly wire: WireOptions }>;
  /** From now on the ledger is that process. */
  adopt(other: { readonly process: NodeProgram; readonly wire: WireOptions }): void;
}

/** CPU seconds of nobody. */
export const NO_CPU: CpuSeconds = { ledger: 0, postgres: 0, client: 0, gateway: 0 };

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Settings that a program may inherit from the terminal, besides those of ours. */
const PASSED_ON = /^(PATH|HOME|LANG|TZ|NODE_COMPILE_CACHE|MALLA_.*)$/;

/** Starts the servers and the load generator. */
export async function openGround(
  folder: string,
  parts: Parts,
  wireKind: WireKind,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<Ground> {
  const state = openStateFolder(folder);
  const postgres = parts.add("servers", await startPostgres({ state, progress, signal }));
  const nats = parts.add("servers", await startNatsServer({ state, progress, signal }));
  const load = parts.add("edge", await startLoadProcess());
  const pki = await openPki(state);
  const inherited = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      PASSED_ON.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
  const ground: Ground = {
    state,
    postgres,
    nats,
    load,
    clientTls: await pki.issueServiceCertificate("gateway"),
    wireKind,
    progress,
    async startProgram(name, path, env) {
      signal.throwIfAborted();
      const tls = await pki.issueServiceCertificate(name);
      const all = {
        MALLA_LOG_LEVEL: "warn",
        ...inherited,
        MALLA_NATS_URL: nats.url,
        ...tlsEnvironment(tls),
        ...env,
      };
      const logFile = join(state.logs, `${name}.log`);
      const nodeOptions = SERVICES.find((service) => service.name === name)?.nodeOptions;
      return parts.add("services", startNodeProgram(name, join(root, path), all, logFile, nodeOptions));
    },
    openLedger: (options) => openLedger(ground, options),
  };
  return ground;
}

async function openLedger(ground: Ground, { name, accounts, keepsHistory }: LedgerOptions): Promise<BenchLedger> {
  // Events of another database's ledger would stand in the way of this one's.
  await ground.nats.stop();
  await ground.nats.start({ forget: true });
  const urls = await ground.postgres.ensureServiceDatabase(name);
  let current = await startLedgerProcess(ground, urls);
  await current.process.ready;
  const accountIds = newAccountIds(accounts);
  ground.progress(`ledger on database ${name}: making ${accounts.toLocaleString("en-GB")} accounts`);
  await ground.load.makeAccounts({ wire: current.wire, accountIds, keepsHistory });
  return {
    database: name,
    accountIds,
    get wire() {
      return current.wire;
    },
    get process() {
      return current.process;
    },
    startAnother: () => startLedgerProcess(ground, urls),
    adopt(other) {
      current = other;
    },
  };
}

async function startLedgerProcess(ground: Ground, urls: ServiceDatabaseUrls) {
  const address = `127.0.0.1:${await freePort()}`;
  const process = await ground.startProgram(PEER, "services/ledger/main.ts", {
    MALLA_LISTEN: address,
    ...databaseEnvironment(urls),
    MALLA_PEER_SCOPES: SERVICES.find((service) => service.name === PEER)?.peerScopes ?? "",
  });
  return { process, wire: { address, tls: ground.clientTls, tenant: TENANT } };
}
