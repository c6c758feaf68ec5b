/**
 * Finds a nats-server program, or fetches one: no npm package carries it.
 * The reasons for these ways and their order: docs/decisions/0001-nats-server-program.md.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { StateFolder } from "./state-folder.ts";

/** A nats-server program. */
export interface NatsProgram {
  readonly path: string;
  /** [major, minor, patch] */
  readonly version: readonly [number, number, number];
}

/** Version built from source where Go is at hand. */
const GO_VERSION = "v2.12.3";
/** Whether the module proxy answers is known within this time; building takes longer, in milliseconds. */
const REACH_MS = 10_000;
const BUILD_MS = 240_000;
const DOWNLOAD_MS = 60_000;

/** The newest nats-server among PATH and the state folder; where there is none, one is fetched into the state folder. */
export async function findNatsProgram(
  state: StateFolder,
  searchPath: string,
  progress: (line: string) => void,
): Promise<NatsProgram> {
  const places = [
    state.bin,
    ...searchPath.split(delimiter).filter((folder) => folder !== ""),
    "/usr/sbin",
    "/usr/local/sbin",
  ];
  const found = [...new Set(places)]
    .map((folder) => join(folder, "nats-server"))
    .filter((path) => existsSync(path))
    .map(programAt)
    .filter((program) => program !== undefined)
    .sort((a, b) => compare(b.version, a.version));
  if (found[0] !== undefined) {
    return found[0];
  }
  const failures: string[] = [];
  for (const [name, fetchInto] of [
    ["Go module proxy", buildWithGo],
    ["Debian package", unpackDebian],
  ] as const) {
    progress(`nats-server: none found, trying the ${name}`);
    const failure = await fetchInto(state.bin);
    const program = failure === undefined ? programAt(join(state.bin, "nats-server")) : undefined;
    if (program !== undefined) {
      return program;
    }
    failures.push(`${name}: ${failure ?? "what it gave does not run"}`);
    progress(`nats-server: not from the ${name} (${failure ?? "it does not run"})`);
  }
  throw new Error(
    `nats-server is needed and could not be fetched (${failures.join("; ")}). Install it, e.g. \`apt-get install nats-server\`, or put the program into ${state.bin}, and start again.`,
  );
}

/** Orders versions, older first. */
export function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((part, at) => part !== b[at]);
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

function programAt(path: string): NatsProgram | undefined {
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 5_000 });
  const version = /v?(\d+)\.(\d+)\.(\d+)/.exec(stdout ?? "");
  return status !== 0 || version === null
    ? undefined
    : { path, version: [Number(version[1]), Number(version[2]), Number(version[3])] };
}

/** Tries to build; says why it could not. Go checks what it downloads against its checksum database. */
async function buildWithGo(bin: string): Promise<string | undefined> {
  const module = `github.com/nats-io/nats-server/v2@${GO_VERSION}`;
  const reach = await runQuietly("go", ["list", "-m", module], REACH_MS, { GOFLAGS: "-mod=mod" });
  return reach ?? runQuietly("go", ["install", "-ldflags=-s -w", module], BUILD_MS, { GOBIN: bin });
}

/** Tries Debian's package, unpacked without being installed, which needs no rights; says why it could not. */
async function unpackDebian(bin: string): Promise<string | undefined> {
  const scratch = mkdtempSync(join(bin, "debian-"));
  try {
    const download = () => runQuietly("apt-get", ["download", "nats-server"], DOWNLOAD_MS, {}, scratch);
    let failure = await download();
    if (failure !== undefined && process.getuid?.() === 0) {
      // A fresh system has no package lists yet.
      failure = (await runQuietly("apt-get", ["update"], DOWNLOAD_MS, {})) ?? (await download());
    }
    const archive = readdirSync(scratch).find((name) => name.endsWith(".deb"));
    if (failure !== undefined || archive === undefined) {
      return failure ?? "no package was downloaded";
    }
    const unpacked = await runQuietly("dpkg", ["-x", join(scratch, archive), scratch], DOWNLOAD_MS, {});
    if (unpacked === undefined) {
      renameSync(join(scratch, "usr/sbin/nats-server"), join(bin, "nats-server"));
    }
    return unpacked;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs a program; undefined when it succeeded, else the last thing it said. */
function runQuietly(
  program: string,
  args: readonly string[],
  timeoutMs: number,
  env: Readonly<Record<string, string>>,
  cwd = "/",
): Promise<string | undefined> {
  mkdirSync(cwd, { recursive: true });
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: timeoutMs,
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-2_000);
    });
    child.on("error", (error) => resolve(`${program}: ${error.message}`));
    child.on("close", (code, signal) =>
      resolve(
        code === 0
          ? undefined
          : signal === null
            ? (said.trim().split("\n").at(-1) ?? `exit ${code}`)
            : `no answer within ${timeoutMs / 1000} s`,
      ),
    );
  });
}
