/** Brings a database's schema up to date, one process at a time. */

import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** Key of the advisory lock that keeps two starting processes from migrating at once; any fixed number will do. */
const MIGRATION_LOCK = 7_214_611_902;

/**
 * Applies the ground's migrations (outbox, inbox, idempotency), then the service's own.
 *
 * @param ownerUrl the database as its owner
 * @param folder the service's store/migrations, in drizzle's layout
 */
export async function migrate(ownerUrl: string, folder: URL): Promise<void> {
  const client = postgres(ownerUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
    const database = drizzle({ client });
    await applyMigrations(database, {
      migrationsFolder: fileURLToPath(new URL("./migrations", import.meta.url)),
      migrationsTable: "ground",
      migrationsSchema: "migrations",
    });
    await applyMigrations(database, {
      migrationsFolder: fileURLToPath(folder),
      migrationsTable: "service",
      migrationsSchema: "migrations",
    });
  } finally {
    await client.end({ timeout: 5 });
  }
}
