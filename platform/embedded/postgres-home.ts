/** Where PostgreSQL's data is, and as whom it runs: it refuses to run as root. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chownSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { copyPostgresPrograms, findPostgresPrograms } from "./postgres-programs.ts";
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

/**
 * Holds a folder per state folder that only root may enter. Not /var/tmp: systemd removes what lies there for a month,
 * and anybody could lay programs there for us to run.
 */
const OUTSIDE = "/var/lib/malla";

/** Finds or makes the home for a state folder. */
export function openPostgresHome(state: StateFolder): PostgresHome {
  const programs = findPostgresPrograms();
  if (process.getuid?.() !== 0) {
    mkdirSync(state.postgres, { recursive: true, mode: 0o700 });
    return { bin: join(programs.folder, "bin"), data: join(state.postgres, "data"), runAs: undefined };
  }
  const runAs = systemUser();
  const reached = canRun(join(programs.folder, "bin/postgres"), ["--version"], runAs)
    ? programs
    : copyPostgresPrograms(programs, outsideFolder(state));
  return { bin: join(reached.folder, "bin"), data: join(reachableFolder(state, runAs), "data"), runAs };
}

/** Where the data is or would be, for finding what runs on it; makes nothing. */
export function dataFolder(state: Pick<StateFolder, "postgres">): string {
  return join(linkedFolder(state) ?? state.postgres, "data");
}

/** Removes a state folder with everything that belongs to it. Nothing may run on it. */
export function removeStateFolder(state: Pick<StateFolder, "path">): void {
  const linked = linkedFolder({ postgres: join(state.path, "postgres") });
  if (linked?.startsWith(OUTSIDE + sep) === true) {
    rmSync(dirname(linked), { recursive: true, force: true });
  }
  rmSync(outsideFolder(state), { recursive: true, force: true });
  rmSync(state.path, { recursive: true, force: true });
}

/**
 * Folders of root that nobody else may enter (as `mktemp -d` makes them) hide the data from the system user: it is kept
 * outside then, and the state folder points there. It stays where it once was, also when the state folder is moved.
 */
function reachableFolder(state: StateFolder, runAs: RunAs): string {
  const linked = linkedFolder(state);
  if (linked !== undefined) {
    makeFor(linked, runAs);
    return linked;
  }
  makeFor(state.postgres, runAs);
  if (canRun("test", ["-w", state.postgres], runAs)) {
    return state.postgres;
  }
  const outside = join(outsideFolder(state), "postgres");
  rmSync(outside, { recursive: true, force: true });
  mkdirSync(dirname(outside), { recursive: true, mode: 0o755 });
  // With what it holds: the folder may have been open to all when the data was made.
  execFileSync("mv", [state.postgres, outside]);
  symlinkSync(outside, state.postgres);
  return outside;
}

/** Given to the user also when it exists: a start may have been killed between the two steps. */
function makeFor(folder: string, { uid, gid }: RunAs): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  chownSync(folder, uid, gid);
}

/** Where the state folder's link points; undefined when it is none. */
function linkedFolder({ postgres }: Pick<StateFolder, "postgres">): string | undefined {
  return lstatSync(postgres, { throwIfNoEntry: false })?.isSymbolicLink() === true ? readlinkSync(postgres) : undefined;
}

function outsideFolder({ path }: Pick<StateFolder, "path">): string {
  return join(OUTSIDE, createHash("sha256").update(path).digest("hex").slice(0, 16));
}

function systemUser(): RunAs {
  const known = lookUp();
  if (known !== undefined) {
    return known;
  }
  spawnSync("useradd", ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]);
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

function canRun(program: string, args: readonly string[], runAs: RunAs): boolean {
  return spawnSync(program, args, { ...runAs, cwd: "/" }).status === 0;
}
