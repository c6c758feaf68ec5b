/** What a service and a vendor have in common as processes: logs, telemetry, certificate, database, and how RPCs are served. */
import { HealthImplementation } from "grpc-health-check";
import type { z } from "zod";
import type { databaseSettings, telemetrySettings, tlsSettings } from "../config/service-settings.ts";
import type { HostPort } from "../config/settings.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { migrate } from "../db/migrate.ts";
import { authorizePeers, parsePeerScopes } from "../rpc/authorize.ts";
import { observeCalls } from "../rpc/observe.ts";
import { type Served, serveGrpc } from "../rpc/serve-grpc.ts";
import { serverCredentials, type TlsFiles } from "../rpc/tls.ts";
import { validateRequests } from "../rpc/validate.ts";
import { type Logger, openLogger } from "../telemetry/log.ts";
import { startTelemetry } from "../telemetry/tracing.ts";

type GroundSettings = z.infer<z.ZodObject<typeof telemetrySettings & typeof tlsSettings>>;
type DatabaseSettings = z.infer<z.ZodObject<ReturnType<typeof databaseSettings>>>;

/** Longest wait for calls under way when the process is asked to end, in milliseconds. */
const DRAIN_MS = 8_000;

/** Opens what every process stands on, under a name that its logs and traces bear. */
export async function openProcessGround(name: string, settings: GroundSettings) {
  const log = openLogger(name, settings.MALLA_LOG_LEVEL);
  const telemetry = await startTelemetry({
    service: name,
    metricsListen: settings.MALLA_METRICS_LISTEN,
    otlpEndpoint: settings.MALLA_OTLP_ENDPOINT,
  });
  const tls: TlsFiles = {
    certFile: settings.MALLA_TLS_CERT_FILE,
    keyFile: settings.MALLA_TLS_KEY_FILE,
    caFile: settings.MALLA_TLS_CA_FILE,
  };
  return { log, telemetry, tls };
}

/** Opens the process's database, migrated where its owner is named. */
export async function openMigratedDatabase(
  name: string,
  settings: DatabaseSettings,
  migrations: URL,
): Promise<Database> {
  if (settings.MALLA_DATABASE_OWNER_URL !== undefined) {
    await migrate(settings.MALLA_DATABASE_OWNER_URL, migrations);
  }
  const database = openDatabase({
    url: settings.MALLA_DATABASE_URL,
    workerUrl: settings.MALLA_DATABASE_WORKER_URL,
    pool: settings.MALLA_DATABASE_POOL,
    name,
  });
  await database.ping();
  return database;
}

/** What is served, to whom. */
export interface ServeRpcsOptions {
  readonly services: readonly Served[];
  /** As MALLA_PEER_SCOPES has it. */
  readonly peerScopes: string;
  readonly listen: HostPort;
  readonly tls: TlsFiles;
  readonly log: Logger;
}

/** RPCs that are served. */
export interface ServedRpcs {
  /** "host:port". */
  readonly listen: string;
  /** Says by grpc.health.v1 whether it serves; at first it does. */
  setServing(isServing: boolean): void;
  /** Says that it serves no more, takes no new calls, and lets those under way finish. */
  drain(): Promise<void>;
}

/** Serves RPCs over mutually authenticated TLS, each seen, authorised and validated, and health beside them. */
export async function serveRpcs({ services, peerScopes, listen, tls, log }: ServeRpcsOptions): Promise<ServedRpcs> {
  const health = new HealthImplementation({ "": "SERVING" });
  const server = await serveGrpc({
    services,
    interceptors: [observeCalls(log), authorizePeers(parsePeerScopes(peerScopes)), validateRequests],
    credentials: serverCredentials(tls),
    listen,
    extend: (grpc) => health.addToServer(grpc),
  });
  const setServing = (isServing: boolean) => health.setStatus("", isServing ? "SERVING" : "NOT_SERVING");
  return {
    listen: `${listen.host}:${server.port}`,
    setServing,
    drain() {
      setServing(false);
      return server.drain(DRAIN_MS);
    },
  };
}
