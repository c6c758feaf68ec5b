/** Settings of the edge. */
import { z } from "zod";
import { telemetrySettings, tlsSettings } from "#platform/config/service-settings.ts";
import {
  type Environment,
  filePath,
  type HostPort,
  hostPort,
  readSettings,
  urlOf,
  wholeNumber,
} from "#platform/config/settings.ts";

const settings = {
  ...telemetrySettings,
  ...tlsSettings,
  /** The one port for REST, gRPC, gRPC-Web and Connect. */
  MALLA_LISTEN: hostPort(),
  /** Where events come from. */
  MALLA_NATS_URL: urlOf("nats", "tls"),
  /** Public keys that tokens are checked with (JSON Web Key Set). */
  MALLA_JWKS_FILE: filePath("the issuer's public keys (JSON Web Key Set)"),
  MALLA_TOKEN_ISSUER: z.string("expected the issuer that tokens must name"),
  MALLA_TOKEN_AUDIENCE: z.string("expected the audience that tokens must name"),
  /** Certificate and key (PEM) to serve TLS with; not set: cleartext, for a proxy in front or for development. */
  MALLA_EDGE_TLS_CERT_FILE: filePath("the edge's public certificate (PEM)").optional(),
  MALLA_EDGE_TLS_KEY_FILE: filePath("the key of the edge's public certificate (PEM)").optional(),
  /** Deadline of calls that bring none, in milliseconds. */
  MALLA_EDGE_DEFAULT_TIMEOUT_MS: wholeNumber(1, 600_000).default(10_000),
  /** Longest deadline that a caller may ask for, in milliseconds. */
  MALLA_EDGE_MAX_TIMEOUT_MS: wholeNumber(1, 600_000).default(60_000),
  /** Calls under way at once; more are told to come again. */
  MALLA_EDGE_MAX_CALLS: wholeNumber(1, 100_000).default(1_000),
};

/** What the edge is told. */
export type GatewaySettings = z.infer<z.ZodObject<typeof settings>> & {
  /** Where each capability is served; a capability without an address is none of this bank's. */
  readonly backends: ReadonlyMap<string, HostPort>;
};

/** Reads the settings, with MALLA_<CAPABILITY>_ADDRESS for each capability of the contracts that the bank has. */
export function readGatewaySettings(environment: Environment, capabilities: readonly string[]): GatewaySettings {
  const addressKey = (capability: string) => `MALLA_${capability.toUpperCase()}_ADDRESS`;
  const given = capabilities.filter((capability) => (environment[addressKey(capability)] ?? "") !== "");
  const addresses: Record<string, ReturnType<typeof hostPort>> = Object.fromEntries(
    // With none at all, each is named as missing.
    (given.length === 0 ? capabilities : given).map((capability) => [addressKey(capability), hostPort()]),
  );
  const read = readSettings(environment, { ...settings, ...addresses });
  const own = readSettings(environment, settings);
  const backends = new Map(
    given.map((capability) => [
      capability,
      z.object({ host: z.string(), port: z.number() }).parse(Reflect.get(read, addressKey(capability))),
    ]),
  );
  return { ...own, backends };
}
