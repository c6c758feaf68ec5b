/** The settings of the embedded mesh's processes, from what runs. */
import type { ServiceDatabaseUrls } from "#platform/embedded/service-database.ts";
import type { TlsFiles } from "#platform/rpc/tls.ts";

/** Settings by name. */
export type ProcessSettings = Readonly<Record<string, string>>;

/** Where the named services are. */
export function addressSettings(addresses: ReadonlyMap<string, string>, names: readonly string[]): ProcessSettings {
  return Object.fromEntries(names.map((name) => [`MALLA_${name.toUpperCase()}_ADDRESS`, addresses.get(name) ?? ""]));
}

/** A database, by its roles. */
export function databaseSettings({ app, worker, owner }: ServiceDatabaseUrls): ProcessSettings {
  return { MALLA_DATABASE_URL: app, MALLA_DATABASE_WORKER_URL: worker, MALLA_DATABASE_OWNER_URL: owner };
}

/** Who it is, and whom it trusts. */
export function tlsSettings({ certFile, keyFile, caFile }: TlsFiles): ProcessSettings {
  return { MALLA_TLS_CERT_FILE: certFile, MALLA_TLS_KEY_FILE: keyFile, MALLA_TLS_CA_FILE: caFile };
}
