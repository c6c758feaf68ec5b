/** Brings up a whole mesh on this machine: real servers, every service as its own process, and the edge. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { databaseEnvironment, type ProcessSettings, tlsEnvironment } from "#platform/config/environment.ts";
import { type EmbeddedNats, startNatsServer } from "#platform/embedded/nats-server.ts";
import { openPki } from "#platform/embedded/pki.ts";
import { freePort, isPortFree } from "#platform/embedded/ports.ts";
import { type EmbeddedPostgres, startPostgres } from "#platform/embedded/postgres.ts";
import type { StateFolder } from "#platform/embedded/state-folder.ts";
import { type Supervised, type SupervisedEvent, supervise } from "#platform/embedded/supervise.ts";
import { openTokenIssuer, type TokenIssuer } from "#platform/embedded/token-issuer.ts";
import { addressSettings } from "./address-settings.ts";
import { allStarted } from "./all-started.ts";
import { openParts, type Parts } from "./parts.ts";
import { claimState } from "./running.ts";
import { SERVICES, type ServiceDefinition } from "./services.ts";
import { type StartedVendors, startVendors } from "./start-vendors.ts";

/** How to bring it up. */
export interface MeshOptions {
  readonly state: StateFolder;
  /** Port of the edge; another one is taken when it is busy or 0. */
  readonly edgePort: number;
  /** Address that the edge listens on; default 127.0.0.1. */
  readonly edgeHost?: string;
  readonly progress: (line: string) => void;
  /** Settings given to every process on top of its own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
  /** Ends by force whatever runs, also in the middle of a stop. */
  readonly force?: AbortSignal;
  /** Hears that a process was started anew. */
  readonly onRestart?: () => void;
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
  readonly vendors: StartedVendors;
  /** Drains and stops everything, the edge first. */
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Settings of ours that a process may inherit from the terminal. */
const PASSED_ON = ["PATH", "HOME", "LANG", "TZ", "NODE_COMPILE_CACHE", "MALLA_LOG_LEVEL", "MALLA_OTLP_ENDPOINT"];

/**
 * Starts the mesh; when a part fails to start, what runs already is stopped again.
 *
 * @throws Error when a mesh runs on the state folder already
 */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const release = claimState(options.state);
  const parts = openParts(options.force);
  const ending = new AbortController();
  const signal = options.signal === undefined ? ending.signal : AbortSignal.any([ending.signal, options.signal]);
  let vendors: StartedVendors | undefined;
  const stop = async () => {
    try {
      // Vendors that are still starting are given up first, so that all that runs is among the parts.
      ending.abort(new Error("the mesh is stopping"));
      await vendors?.allSettled;
      await parts.stop(options.progress);
    } finally {
      release();
    }
  };
  try {
    const mesh = await bringUp({ ...options, signal }, parts, (why) => ending.abort(why));
    vendors = mesh.vendors;
    return { ...mesh, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bringUp(
  options: MeshOptions & { readonly signal: AbortSignal },
  parts: Parts,
  giveUp: (why: unknown) => void,
): Promise<Omit<Mesh, "stop">> {
  const { state, progress, signal } = options;
  const [postgres, nats, pki, issuer] = await allStarted(
    [
      startPostgres({ state, progress, signal }).then((server) => parts.add("servers", server)),
      startNatsServer({ state, progress, signal }).then((server) => parts.add("servers", server)),
      openPki(state),
      openTokenIssuer(state),
    ],
    giveUp,
  );
  progress(`PostgreSQL on port ${postgres.port}, nats-server ${nats.version} on port ${nats.port}`);

  const addresses = new Map(
    await Promise.all(SERVICES.map(async ({ name }) => [name, `127.0.0.1:${await freePort()}`] as const)),
  );
  const edgeHost = options.edgeHost ?? "127.0.0.1";
  const edgePort = await openPort(options.edgePort, edgeHost);
  const run = programRunner(options, { MALLA_NATS_URL: nats.url });
  const identityOf = async (name: string) => tlsEnvironment(await pki.issueServiceCertificate(name));
  const [edge, ...services] = await allStarted(
    [
      run("gateway", "gateway/main.ts", {
        ...addressSettings(addresses, [...addresses.keys()]),
        MALLA_LISTEN: `${edgeHost}:${edgePort}`,
        MALLA_JWKS_FILE: issuer.jwksFile,
        MALLA_TOKEN_ISSUER: issuer.issuer,
        MALLA_TOKEN_AUDIENCE: issuer.audience,
        ...(await identityOf("gateway")),
      }).then((running) => parts.add("edge", running)),
      ...SERVICES.map(async (service) => {
        const settings = {
          ...(await serviceSettings(service, addresses, postgres)),
          ...(await identityOf(service.name)),
        };
        const program = `services/${service.name}/main.ts`;
        return parts.add("services", await run(service.name, program, settings, service.nodeOptions));
      }),
    ],
    giveUp,
  );
  return {
    vendors: startVendors({ state, postgres, pki, parts, addresses, run, progress, signal }),
    // Who listens on all addresses is reached on this one.
    edgeUrl: `http://${edgeHost === "0.0.0.0" ? "127.0.0.1" : edgeHost}:${edgePort}`,
    postgres,
    nats,
    issuer,
    edge,
    services: new Map(services.map((service) => [service.name, service])),
  };
}

/** Starts programs with what all of them are given: settings of ours from the terminal, the bus. */
function programRunner(options: MeshOptions, common: ProcessSettings) {
  const inherited = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  return async (
    name: string,
    program: string,
    env: ProcessSettings,
    nodeOptions: readonly string[] = [],
  ): Promise<Supervised> =>
    supervise({
      name,
      nodeOptions,
      program: join(root, program),
      env: { ...inherited, ...options.settings, ...common, ...env },
      logFile: join(options.state.logs, `${name.replace("/", "-")}.log`),
      signal: options.signal,
      hear: (event) => {
        options.progress(inWords(event));
        if (event.kind === "ready-again") {
          options.onRestart?.();
        }
      },
    });
}

function inWords(event: SupervisedEvent): string {
  switch (event.kind) {
    case "died":
      return `${event.name} died (${event.how}); started anew in ${event.nextStartMs} ms`;
    case "ready-again":
      return `${event.name} is ready again, process ${event.pid}`;
  }
}

async function serviceSettings(
  service: ServiceDefinition,
  addresses: ReadonlyMap<string, string>,
  postgres: EmbeddedPostgres,
): Promise<ProcessSettings> {
  return {
    ...addressSettings(addresses, service.calls),
    ...databaseEnvironment(await postgres.ensureServiceDatabase(service.name)),
    MALLA_LISTEN: addresses.get(service.name) ?? "",
    MALLA_PEER_SCOPES: service.peerScopes,
  };
}

async function openPort(asked: number, host: string): Promise<number> {
  return asked !== 0 && (await isPortFree(asked, host)) ? asked : freePort(host);
}
