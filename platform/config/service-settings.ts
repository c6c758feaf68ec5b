/** The settings every service of the mesh has; a service adds its own to them. */
import { z } from "zod";
import { filePath, hostPort, urlOf, wholeNumber } from "./settings.ts";

/** Settings for logs and metrics, of services and of the edge. */
export const telemetrySettings = {
  /** What is logged. */
  MALLA_LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal"], "expected trace, debug, info, warn, error or fatal")
    .default("info"),
  /** Where Prometheus may scrape metrics; not set: metrics are not served. */
  MALLA_METRICS_LISTEN: hostPort().optional(),
  /** OTLP over HTTP endpoint that traces are sent to, e.g. http://localhost:4318/v1/traces; not set: not sent. */
  MALLA_OTLP_ENDPOINT: urlOf("http", "https").optional(),
};

/** Settings for mutually authenticated TLS between services. */
export const tlsSettings = {
  MALLA_TLS_CERT_FILE: filePath("this service's certificate (PEM), whose URI SAN is its SPIFFE id"),
  MALLA_TLS_KEY_FILE: filePath("the key of this service's certificate (PEM)"),
  MALLA_TLS_CA_FILE: filePath("the certificate authority of the mesh (PEM)"),
};

/** "gateway=*;accounts=ledger.read,ledger.write;kyc/*=bindings.register": services, vendors, all vendors of a capability. */
const PEER_SCOPES = /^(?:(?:^|;)[a-z]+(?:\/(?:\*|[a-z][a-z0-9-]*))?=(?:\*|[a-z.]+(?:,[a-z.]+)*))+$/;

/** Settings of a database of its own. @param pool most connections of the tenant role, unless it is told */
export const databaseSettings = (pool: number) => ({
  /** Its database, as the role that row-level security binds to a tenant. */
  MALLA_DATABASE_URL: urlOf("postgres", "postgresql"),
  /** Its database, as the role for work across tenants: relaying events, resuming operations. */
  MALLA_DATABASE_WORKER_URL: urlOf("postgres", "postgresql"),
  /** Its database, as the owner, to migrate at start. Not set: the schema must be up to date already. */
  MALLA_DATABASE_OWNER_URL: urlOf("postgres", "postgresql").optional(),
  /** Most connections of the tenant role. */
  MALLA_DATABASE_POOL: wholeNumber(1, 200).default(pool),
});

/** Settings of a service with a database that serves gRPC and speaks events. */
export const serviceSettings = {
  ...telemetrySettings,
  ...tlsSettings,
  /** Where it serves gRPC. */
  MALLA_LISTEN: hostPort(),
  ...databaseSettings(20),
  /** Where events go. */
  MALLA_NATS_URL: urlOf("nats", "tls"),
  /** Scopes that each peer, known by its certificate, may assert: "gateway=*;accounts=ledger.read,ledger.write". */
  MALLA_PEER_SCOPES: z
    .string("expected peer=scope,scope;peer=*")
    .regex(PEER_SCOPES, "expected peer=scope,scope;peer=*")
    .default("gateway=*"),
};

/** "native=127.0.0.1:7101,watchman=127.0.0.1:7102" */
const FIXED_VENDORS = /^[a-z][a-z0-9-]*=[^:\s,=]+:\d{1,5}(?:,[a-z][a-z0-9-]*=[^:\s,=]+:\d{1,5})*$/;

/** Settings of a service that calls vendors. */
export const vendorMeshSettings = {
  /** Where the bindings service is, which is told how vendors are doing; not set: nobody is told. */
  MALLA_BINDINGS_ADDRESS: hostPort().optional(),
  /** Vendors that are always there, in place of those that register: new work of every tenant goes to the first. */
  MALLA_FIXED_VENDORS: z
    .string("expected vendor=host:port,vendor=host:port")
    .regex(FIXED_VENDORS, "expected vendor=host:port,vendor=host:port")
    .transform((text) =>
      text.split(",").map((entry) => {
        const [vendor = "", address = ""] = entry.split("=");
        return { vendor, address };
      }),
    )
    .optional(),
};

/** What `serviceSettings` reads as. */
export type ServiceSettings = z.infer<z.ZodObject<typeof serviceSettings>>;
