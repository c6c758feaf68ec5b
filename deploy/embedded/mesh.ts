/** Brings up a whole mesh on this machine: real servers, every service as its own process, and the edge. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type EmbeddedNats, startNatsServer } from "#platform/embedded/nats-server.ts";
import { openPki, type Pki } from "#platform/embedded/pki.ts";
import { freePort, isPortFree } from "#platform/embedded/ports.ts";
import { type EmbeddedPostgres, startPostgres } from "#platform/embedded/postgres.ts";
import type { StateFolder } from "#platform/embedded/state-folder.ts";
import { type Supervised, supervise } from "#platform/embedded/supervise.ts";
import { openTokenIssuer, type TokenIssuer } from "#platform/embedded/token-issuer.ts";
import { SERVICES, type ServiceDefinition } from "./services.ts";

/** How to bring it up. */
export interface MeshOptions {
  readonly state: StateFolder;
  /** Port of the edge on the loopback interface; another one is taken when it is busy or 0. */
  readonly edgePort: number;
  readonly progress: (line: string) => void;
  /** Settings given to every process on top of its own. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A mesh that runs. */
export interface Mesh {
  /** "http://127.0.0.1:8080" */
  readonly edgeUrl: string;
  readonly postgres: EmbeddedPostgres;
  readonly nats: EmbeddedNats;
  readonly issuer: TokenIssuer;
  readonly edge: Supervised;
  readonly services: ReadonlyMap<string, Supervised>;
  /** Drains and stops everything, the edge first. */
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Settings of ours that a process may inherit from the terminal. */
const PASSED_ON = ["PATH", "HOME", "LANG", "TZ", "NODE_COMPILE_CACHE", "MALLA_LOG_LEVEL", "MALLA_OTLP_ENDPOINT"];

/** Starts the mesh; when a part fails to start, what runs already is stopped again. */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const started: (() => Promise<void>)[] = [];
  try {
    return await bringUp(options, started);
  } catch (error) {
    for (const stop of started.reverse()) {
      await stop();
    }
    throw error;
  }
}

async function bringUp(
  { state, edgePort, progress, settings }: MeshOptions,
  started: (() => Promise<void>)[],
): Promise<Mesh> {
  const [postgres, nats, pki, issuer] = await Promise.all([
    startPostgres({ state, progress }).then((server) => {
      started.push(server.stop);
      return server;
    }),
    startNatsServer({ state, progress }).then((server) => {
      started.push(server.stop);
      return server;
    }),
    openPki(state),
    openTokenIssuer(state),
  ]);
  progress(`PostgreSQL on port ${postgres.port}, nats-server ${nats.version} on port ${nats.port}`);

  const addresses = new Map(
    await Promise.all(SERVICES.map(async ({ name }) => [name, `127.0.0.1:${await freePort()}`] as const)),
  );
  const inherited = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const base = { ...inherited, ...settings, MALLA_NATS_URL: nats.url };
  const run = async (name: string, program: string, env: Readonly<Record<string, string>>) => {
    const running = await supervise({
      name,
      program: join(root, program),
      env: { ...base, ...(await tlsSettings(pki, name)), ...env },
      logFile: join(state.logs, `${name}.log`),
    });
    started.push(running.stop);
    return running;
  };
  const edgeAddress = `127.0.0.1:${edgePort !== 0 && (await isPortFree(edgePort)) ? edgePort : await freePort()}`;
  const [edge, ...services] = await Promise.all([
    run("gateway", "gateway/main.ts", {
      ...addressSettings(addresses, [...addresses.keys()]),
      MALLA_LISTEN: edgeAddress,
      MALLA_JWKS_FILE: issuer.jwksFile,
      MALLA_TOKEN_ISSUER: issuer.issuer,
      MALLA_TOKEN_AUDIENCE: issuer.audience,
    }),
    ...SERVICES.map(async (service) =>
      run(service.name, `services/${service.name}/main.ts`, await serviceSettings(service, addresses, postgres)),
    ),
  ]);
  return {
    edgeUrl: `http://${edgeAddress}`,
    postgres,
    nats,
    issuer,
    edge,
    services: new Map(services.map((service) => [service.name, service])),
    async stop() {
      await edge.stop();
      await Promise.all(services.map((service) => service.stop()));
      await Promise.all([nats.stop(), postgres.stop()]);
    },
  };
}

async function serviceSettings(
  service: ServiceDefinition,
  addresses: ReadonlyMap<string, string>,
  postgres: EmbeddedPostgres,
): Promise<Record<string, string>> {
  const database = await postgres.ensureServiceDatabase(service.name);
  return {
    ...addressSettings(addresses, service.calls),
    MALLA_LISTEN: addresses.get(service.name) ?? "",
    MALLA_DATABASE_URL: database.app,
    MALLA_DATABASE_WORKER_URL: database.worker,
    MALLA_DATABASE_OWNER_URL: database.owner,
    MALLA_PEER_SCOPES: service.peerScopes,
  };
}

function addressSettings(addresses: ReadonlyMap<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`MALLA_${name.toUpperCase()}_ADDRESS`, addresses.get(name) ?? ""]));
}

async function tlsSettings(pki: Pki, name: string): Promise<Record<string, string>> {
  const files = await pki.issueServiceCertificate(name);
  return { MALLA_TLS_CERT_FILE: files.certFile, MALLA_TLS_KEY_FILE: files.keyFile, MALLA_TLS_CA_FILE: files.caFile };
}
