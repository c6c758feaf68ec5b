/** Makes PostgreSQL's data folder. */
import { spawnSync } from "node:child_process";
import { chownSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PostgresHome } from "./postgres-home.ts";

/**
 * Makes a database cluster with checksums on its pages, the same collation on every machine, and a password for
 * everybody. Made beside its place and moved there when whole: what was cut short leaves nothing half done.
 *
 * @throws Error with what initdb said
 */
export function makePostgresCluster(home: PostgresHome, superuser: string, password: string): void {
  const scratch = `${home.data}.new`;
  const passwordFile = `${home.data}.password`;
  rmSync(scratch, { recursive: true, force: true });
  rmSync(home.data, { recursive: true, force: true });
  // A file left by another user's try cannot be written to.
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (home.runAs !== undefined) {
    chownSync(passwordFile, home.runAs.uid, home.runAs.gid);
  }
  const who = ["--username", superuser, "--pwfile", passwordFile, "--auth", "scram-sha-256"];
  const locale = ["--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"];
  const made = spawnSync(join(home.bin, "initdb"), ["--pgdata", scratch, "--data-checksums", ...who, ...locale], {
    ...home.runAs,
    cwd: "/",
    encoding: "utf8",
  });
  rmSync(passwordFile);
  if (made.status !== 0) {
    const said = made.error?.message ?? made.stderr.trim();
    throw new Error(`PostgreSQL could not make its database cluster in ${home.data}: ${said}`);
  }
  renameSync(scratch, home.data);
}
