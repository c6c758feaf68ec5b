/** The life of a service process: settings, ground, serve, drain. */
import type { DescService } from "@bufbuild/protobuf";
import type { z } from "zod";
import { type Bus, connectBus } from "../bus/bus.ts";
import { type ServiceSettings, serviceSettings, vendorMeshSettings } from "../config/service-settings.ts";
import { type Environment, readSettings } from "../config/settings.ts";
import type { Database } from "../db/database.ts";
import { type Heard, startConsumers } from "../inbox/consume.ts";
import { openFixedVendors, openVendorMesh, type VendorMesh } from "../mesh/vendor-mesh.ts";
import { type Outbox, openOutbox } from "../outbox/append.ts";
import { startRelay } from "../outbox/relay.ts";
import type { Served } from "../rpc/serve-grpc.ts";
import type { TlsFiles } from "../rpc/tls.ts";
import type { Logger } from "../telemetry/log.ts";
import { type Host, type RunningProgram, runProcess } from "./process.ts";
import { openMigratedDatabase, openProcessGround, serveRpcs } from "./serve-program.ts";

/** What every service stands on. */
export interface Ground {
  readonly database: Database;
  /** URL of the database as the worker role, for what needs a connection of its own. */
  readonly workerUrl: string;
  readonly outbox: Outbox;
  readonly bus: Bus;
  readonly log: Logger;
  readonly tls: TlsFiles;
  /** Opens the way to the vendors of the service's capability; it is closed when calls have drained. */
  openVendors<Provider extends DescService>(provider: Provider): VendorMesh<Provider>;
}

/** What a service is made of. */
export interface OpenService {
  /** RPCs it serves. */
  readonly services: readonly Served[];
  /** Events it hears. */
  readonly heard?: readonly Heard[];
  /** Ends what it opened itself, after calls have drained. */
  readonly close?: () => Promise<void>;
}

/** A service, before it is given an environment. */
export interface ServiceProgram<Shape extends z.ZodRawShape> {
  /** Capability, database and certificate are named so. */
  readonly name: string;
  /** Settings besides those every service has. */
  readonly settings: Shape;
  /** The service's store/migrations. */
  readonly migrations: URL;
  readonly open: (ground: Ground, settings: z.infer<z.ZodObject<Shape>>) => Promise<OpenService> | OpenService;
}

/** Runs the service until the host process is asked to end. */
export function runService<Shape extends z.ZodRawShape>(host: Host, program: ServiceProgram<Shape>): Promise<void> {
  return runProcess(host, program.name, () => startService(program, host.env));
}

/**
 * Starts a service in this process.
 *
 * @throws SettingsError when the environment lacks settings or holds wrong ones.
 */
export async function startService<Shape extends z.ZodRawShape>(
  program: ServiceProgram<Shape>,
  environment: Environment,
): Promise<RunningProgram> {
  const all = readSettings(environment, { ...serviceSettings, ...program.settings });
  // zod cannot see through the generic part of the shape; both parts were read above.
  const settings = all as unknown as ServiceSettings & z.infer<z.ZodObject<Shape>>;
  const { log, telemetry, tls } = await openProcessGround(program.name, settings);
  const [bus, database] = await Promise.all([
    connectBus(settings.MALLA_NATS_URL, program.name, log),
    openMigratedDatabase(program.name, settings, program.migrations),
  ]);
  const relay = startRelay({ capability: program.name, database, bus, log });
  const workerUrl = settings.MALLA_DATABASE_WORKER_URL;
  const outbox = openOutbox(program.name, relay.wake);
  const vendors = vendorOpener(program.name, readSettings(environment, vendorMeshSettings), { bus, log, tls });
  const service = await program.open(
    { database, workerUrl, outbox, bus, log, tls, openVendors: vendors.open },
    settings,
  );
  const consumers = startConsumers(service.heard ?? [], { service: program.name, database, bus, log });
  const rpcs = await serveRpcs({
    services: service.services,
    peerScopes: settings.MALLA_PEER_SCOPES,
    listen: settings.MALLA_LISTEN,
    tls,
    log,
  });
  const readiness = watchReadiness(database, rpcs.setServing);
  return {
    listen: rpcs.listen,
    log,
    async close() {
      readiness.stop();
      await rpcs.drain();
      await consumers.stop();
      await service.close?.();
      vendors.close();
      await relay.stop();
      await Promise.all([database.close(), bus.close(), telemetry.shutdown()]);
    },
  };
}

/** Opens vendors where the settings say they are to be found. */
function vendorOpener(
  capability: string,
  settings: z.infer<z.ZodObject<typeof vendorMeshSettings>>,
  { bus, log, tls }: Pick<Ground, "bus" | "log" | "tls">,
) {
  const opened: { close(): void }[] = [];
  const { MALLA_BINDINGS_ADDRESS: bindings, MALLA_FIXED_VENDORS: vendors } = settings;
  const report =
    bindings === undefined ? undefined : { service: capability, address: `${bindings.host}:${bindings.port}` };
  return {
    open<Provider extends DescService>(provider: Provider): VendorMesh<Provider> {
      const mesh =
        vendors === undefined
          ? openVendorMesh(provider, { capability, bus, log, tls, report })
          : openFixedVendors(provider, { capability, vendors, tls });
      opened.push(mesh);
      return mesh;
    },
    close() {
      for (const mesh of opened) {
        mesh.close();
      }
    },
  };
}

/** How often readiness is looked at, in milliseconds. */
const READINESS_MS = 1_000;

/** A service is ready while its database answers. Its broker may be away: events wait in the outbox. */
function watchReadiness(database: Database, report: (serving: boolean) => void): { stop(): void } {
  let underWay = false;
  const timer = setInterval(() => {
    if (underWay) {
      return;
    }
    underWay = true;
    database
      .ping()
      .then(
        () => report(true),
        () => report(false),
      )
      .finally(() => {
        underWay = false;
      });
  }, READINESS_MS);
  return { stop: () => clearInterval(timer) };
}
