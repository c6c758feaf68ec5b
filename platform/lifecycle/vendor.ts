/** The life of a vendor's process: settings, certificate, serve, register, drain. It could live in another repository. */
import { readFileSync } from "node:fs";
import type { DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { HealthImplementation } from "grpc-health-check";
import { z } from "zod";
import { telemetrySettings, tlsSettings } from "../config/service-settings.ts";
import { type Environment, filePath, hostPort, readSettings, urlOf, wholeNumber } from "../config/settings.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { migrate } from "../db/migrate.ts";
import { capabilitiesOf, keepRegistered } from "../mesh/register.ts";
import { authorizePeers, parsePeerScopes } from "../rpc/authorize.ts";
import { observeCalls } from "../rpc/observe.ts";
import { served, serveGrpc } from "../rpc/serve-grpc.ts";
import { serverCredentials, type TlsFiles } from "../rpc/tls.ts";
import { validateRequests } from "../rpc/validate.ts";
import { type Logger, openLogger } from "../telemetry/log.ts";
import { startTelemetry } from "../telemetry/tracing.ts";
import { type Host, type RunningProgram, runProcess } from "./process.ts";

/** What every vendor stands on. */
export interface VendorGround {
  readonly log: Logger;
  readonly tls: TlsFiles;
}

/** What a vendor is made of. */
export interface OpenVendor<Service extends DescService> {
  readonly implementation: ServiceImpl<Service>;
  /** Ends what it opened itself, after calls have drained. */
  readonly close?: () => Promise<void>;
}

/** A vendor, before it is given an environment. */
export interface VendorProgram<Service extends DescService, Shape extends z.ZodRawShape> {
  /** Capability, e.g. "kyc"; with the vendor's name it stands in the certificate. */
  readonly capability: string;
  readonly vendor: string;
  /** The capability's provider service. */
  readonly service: Service;
  /** Settings besides those every vendor has; one with a database adds `databaseSettings`. */
  readonly settings: Shape;
  readonly open: (
    ground: VendorGround,
    settings: z.infer<z.ZodObject<Shape>>,
  ) => Promise<OpenVendor<Service>> | OpenVendor<Service>;
}

/** Settings of a vendor with a database of its own. */
export const databaseSettings = {
  /** Its database, as the role that row-level security binds to a tenant. */
  MALLA_DATABASE_URL: urlOf("postgres", "postgresql"),
  /** Its database, as the role for work across tenants. */
  MALLA_DATABASE_WORKER_URL: urlOf("postgres", "postgresql"),
  /** Its database, as the owner, to migrate at start. Not set: the schema must be up to date already. */
  MALLA_DATABASE_OWNER_URL: urlOf("postgres", "postgresql").optional(),
  /** Most connections of the tenant role. */
  MALLA_DATABASE_POOL: wholeNumber(1, 200).default(10),
};

/** Settings that every vendor has. */
const vendorSettings = {
  ...telemetrySettings,
  ...tlsSettings,
  /** Where it serves gRPC. */
  MALLA_LISTEN: hostPort(),
  /** Scopes that each peer may assert; default: the capability's own service all of them. */
  MALLA_PEER_SCOPES: z.string().optional(),
  /** Where the bindings service is; not set: the vendor does not register, and is reached by whoever knows its address. */
  MALLA_BINDINGS_ADDRESS: hostPort().optional(),
  /** Where the mesh reaches it; default: where it listens. */
  MALLA_VENDOR_ADVERTISE: hostPort().optional(),
  /** The conformance kit's certificate of this version, a compact JWS. */
  MALLA_VENDOR_CERTIFICATE_FILE: filePath("the conformance certificate of this version").optional(),
};

type VendorSettings = z.infer<z.ZodObject<typeof vendorSettings>>;

/** Longest wait for calls under way when the process is asked to end, in milliseconds. */
const DRAIN_MS = 8_000;

/** Runs the vendor until the host process is asked to end. */
export function runVendor<Service extends DescService, Shape extends z.ZodRawShape>(
  host: Host,
  program: VendorProgram<Service, Shape>,
): Promise<void> {
  return runProcess(host, nameOf(program), () => startVendor(program, host.env));
}

/**
 * Starts a vendor in this process.
 *
 * @throws SettingsError when the environment lacks settings or holds wrong ones.
 */
export async function startVendor<Service extends DescService, Shape extends z.ZodRawShape>(
  program: VendorProgram<Service, Shape>,
  environment: Environment,
): Promise<RunningProgram> {
  const settings = readSettings(environment, vendorSettings);
  const own = readSettings(environment, program.settings);
  const name = nameOf(program);
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
  const vendor = await program.open({ log, tls }, own);
  const health = new HealthImplementation({ "": "SERVING" });
  const server = await serveGrpc({
    services: [served(program.service, vendor.implementation)],
    interceptors: [
      observeCalls(log),
      authorizePeers(parsePeerScopes(settings.MALLA_PEER_SCOPES ?? `${program.capability}=*`)),
      validateRequests,
    ],
    credentials: serverCredentials(tls),
    listen: settings.MALLA_LISTEN,
    extend: (grpc) => health.addToServer(grpc),
  });
  const listen = `${settings.MALLA_LISTEN.host}:${server.port}`;
  const registration = await register(program, vendor.implementation, { settings, listen, log, tls });
  return {
    listen,
    log,
    async close() {
      // New work goes elsewhere first.
      await registration?.leave();
      health.setStatus("", "NOT_SERVING");
      await server.drain(DRAIN_MS);
      await vendor.close?.();
      await telemetry.shutdown();
    },
  };
}

/** Registers where the settings name a bindings service. */
async function register<Service extends DescService, Shape extends z.ZodRawShape>(
  { capability, vendor, service }: VendorProgram<Service, Shape>,
  implementation: ServiceImpl<Service>,
  { settings, listen, log, tls }: VendorGround & { settings: VendorSettings; listen: string },
) {
  const { MALLA_BINDINGS_ADDRESS: bindings, MALLA_VENDOR_ADVERTISE: advertise } = settings;
  if (bindings === undefined) {
    return undefined;
  }
  const capabilities = await capabilitiesOf(service, implementation);
  if (capabilities === undefined) {
    throw new Error(`${service.typeName} has no GetCapabilities, so that its vendors cannot register`);
  }
  const file = settings.MALLA_VENDOR_CERTIFICATE_FILE;
  return keepRegistered({
    capability,
    vendor,
    bindings: `${bindings.host}:${bindings.port}`,
    advertise: advertise === undefined ? listen : `${advertise.host}:${advertise.port}`,
    capabilities,
    certificate: file === undefined ? undefined : readFileSync(file, "utf8").trim(),
    tls,
    log,
  });
}

/** Opens the database that `databaseSettings` name, migrated where the owner is named. */
export async function openVendorDatabase(
  name: string,
  settings: z.infer<z.ZodObject<typeof databaseSettings>>,
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

function nameOf({ capability, vendor }: { readonly capability: string; readonly vendor: string }): string {
  return `${capability}/${vendor}`;
}
