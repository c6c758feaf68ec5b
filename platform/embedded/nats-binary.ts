/** Finds a nats-server program, or has one fetched: no npm package carries it. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { FETCH_WAYS, type FetchWay } from "./nats-fetch.ts";
import type { StateFolder } from "./state-folder.ts";

/** A nats-server program. */
export interface NatsProgram {
  readonly path: string;
  /** [major, minor, patch] */
  readonly version: readonly [number, number, number];
}

/** How to look for one. */
export interface NatsSearch {
  readonly state: Pick<StateFolder, "bin">;
  /** Folders as PATH has them. */
  readonly searchPath: string;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Default: where Debian puts servers, which an ordinary user's PATH lacks. */
  readonly serverFolders?: readonly string[];
  readonly ways?: readonly FetchWay[];
}

/** Older ones lack what the bus asks of JetStream: durable pull consumers with several subjects. */
const OLDEST = [2, 9, 0];
const SERVER_FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/**
 * The newest nats-server among the state folder and the search path; where there is none that will do, one is fetched
 * into the state folder.
 *
 * @throws Error that says how to get one, when none could be fetched
 */
export async function findNatsProgram(search: NatsSearch): Promise<NatsProgram> {
  const { state, searchPath, serverFolders = SERVER_FOLDERS } = search;
  const folders = [state.bin, ...searchPath.split(delimiter).filter((folder) => folder !== ""), ...serverFolders];
  const [newest] = [...new Set(folders)]
    .map((folder) => programAt(join(folder, "nats-server")))
    .filter((program) => program !== undefined)
    .sort((a, b) => compare(b.version, a.version));
  return newest ?? fetchProgram(search);
}

/** Orders versions, older first. */
export function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((part, at) => part !== b[at]);
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

async function fetchProgram({ state, progress, signal, ways = FETCH_WAYS }: NatsSearch): Promise<NatsProgram> {
  const failures: string[] = [];
  for (const { name, fetchInto } of ways) {
    progress(`nats-server: none found, trying the ${name}`);
    try {
      await fetchInto(state.bin, progress, signal);
      const program = programAt(join(state.bin, "nats-server"));
      if (program !== undefined) {
        return program;
      }
      throw new Error(`what it gave does not run, or is older than ${OLDEST.join(".")}`);
    } catch (error) {
      signal?.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      failures.push(`${name}: ${why}`);
      progress(`nats-server: not from the ${name} (${why})`);
    }
  }
  throw new Error(
    `nats-server is needed and could not be fetched (${failures.join("; ")}). Install it, e.g. \`apt-get install nats-server\`, or put the program into ${state.bin}, and start again.`,
  );
}

/** The program at the path; undefined when there is none that runs and is new enough. */
function programAt(path: string): NatsProgram | undefined {
  if (!existsSync(path)) {
    return undefined;
  }
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 5_000 });
  const found = /v?(\d+)\.(\d+)\.(\d+)/.exec(stdout ?? "");
  if (status !== 0 || found === null) {
    return undefined;
  }
  const version = [Number(found[1]), Number(found[2]), Number(found[3])] as const;
  return compare(version, OLDEST) < 0 ? undefined : { path, version };
}
