/** Settings of a process that is to be started, from what it is given: the other side of `service-settings.ts`. */
import type { ServiceDatabaseUrls } from "../embedded/service-database.ts";
import type { TlsFiles } from "../rpc/tls.ts";

/** Settings by name. */
export type ProcessSettings = Readonly<Record<string, string>>;

/** A database, by its roles. */
export function databaseEnvironment({ app, worker, owner }: ServiceDatabaseUrls): ProcessSettings {
  return { MALLA_DATABASE_URL: app, MALLA_DATABASE_WORKER_URL: worker, MALLA_DATABASE_OWNER_URL: owner };
}

/** Who it is, and whom it trusts. */
export function tlsEnvironment({ certFile, keyFile, caFile }: TlsFiles): ProcessSettings {
  return { MALLA_TLS_CERT_FILE: certFile, MALLA_TLS_KEY_FILE: keyFile, MALLA_TLS_CA_FILE: caFile };
}
