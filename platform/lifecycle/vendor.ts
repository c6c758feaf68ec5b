/** The life of a vendor's process: settings, certificate, serve, register, drain. It could live in another repository. */
import { readFileSync } from "node:fs";
import type { DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { z } from "zod";
import { databaseSettings as databaseSettingsOf, telemetrySettings, tlsSettings } from "../config/service-settings.ts";
import { type Environment, filePath, hostPort, readSettings } from "../config/settings.ts";
import { capabilitiesOf, keepRegistered } from "../mesh/register.ts";
import { served } from "../rpc/serve-grpc.ts";
import type { TlsFiles } from "../rpc/tls.ts";
import type { Logger } from "../telemetry/log.ts";
import { type Host, type RunningProgram, runProcess } from "./process.ts";
import { openProcessGround, serveRpcs } from "./serve-program.ts";

export { openMigratedDatabase as openVendorDatabase } from "./serve-program.ts";

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
export const databaseSettings = databaseSettingsOf(10);

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
  const { log, telemetry, tls } = await openProcessGround(name, settings);
  const vendor = await program.open({ log, tls }, own);
  const { listen, drain } = await serveRpcs({
    services: [served(program.service, vendor.implementation)],
    peerScopes: settings.MALLA_PEER_SCOPES ?? `${program.capability}=*`,
    listen: settings.MALLA_LISTEN,
    tls,
    log,
  });
  const registration = await register(program, vendor.implementation, { settings, listen, log, tls });
  return {
    listen,
    log,
    async close() {
      // New work goes elsewhere first.
      await registration?.leave();
      await drain();
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

function nameOf({ capability, vendor }: { readonly capability: string; readonly vendor: string }): string {
  return `${capability}/${vendor}`;
}
