/**
 * Ways to fetch a nats-server program into a folder. The reasons for these and their order, and where the checksums are
 * from: docs/decisions/0001-nats-server-program.md.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A way to fetch. */
export interface FetchWay {
  readonly name: string;
  /** Puts `nats-server` into the folder. Rejects, with the reason in one line, when it cannot. */
  readonly fetchInto: (bin: string, progress: (line: string) => void, signal?: AbortSignal) => Promise<void>;
}

/** Version fetched from the project itself. */
const VERSION = "2.12.15";
/** SHA-256 of the release's linux tarballs, by Node's name of the architecture. */
const RELEASES: Readonly<Record<string, { readonly arch: string; readonly sha256: string }>> = {
  x64: { arch: "amd64", sha256: "58ab8131f819263897e2fc38e503e1b755b63bcafeecc7d12582487df48ca15e" },
  arm64: { arch: "arm64", sha256: "b724db99fefbf8f5c808baa82819ee50350aee9734017e4a478f7e545cef3ab6" },
};

/** Whether a place can be reached is known within this time, in milliseconds. */
const REACH_MS = 10_000;
/** Once it was reached: time for a download, and for building from source. */
const DOWNLOAD_MS = 60_000;
const BUILD_MS = 240_000;

/** In the order they are tried: newest version first, then what needs least. */
export const FETCH_WAYS: readonly FetchWay[] = [
  { name: "release of the NATS project", fetchInto: downloadRelease },
  { name: "Go module proxy", fetchInto: buildWithGo },
  { name: "Debian package", fetchInto: unpackDebian },
];

async function downloadRelease(bin: string, progress: (line: string) => void, signal?: AbortSignal): Promise<void> {
  const release = RELEASES[process.arch];
  if (release === undefined || process.platform !== "linux") {
    throw new Error(`none is pinned for ${process.platform} ${process.arch}`);
  }
  const folder = `nats-server-v${VERSION}-linux-${release.arch}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${VERSION}/${folder}.tar.gz`;
  const bytes = await download(url, progress, signal);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== release.sha256) {
    throw new Error(`${url} has the checksum ${sha256}, expected ${release.sha256}`);
  }
  await withScratch(bin, async (scratch) => {
    const tarball = join(scratch, "release.tar.gz");
    writeFileSync(tarball, bytes);
    await run("tar", ["-xzf", tarball, "-C", scratch], { timeoutMs: DOWNLOAD_MS, signal });
    renameSync(join(scratch, folder, "nats-server"), join(bin, "nats-server"));
  });
}

async function download(url: string, progress: (line: string) => void, signal?: AbortSignal): Promise<Uint8Array> {
  const late = new AbortController();
  const limit = (what: string, timeoutMs: number) =>
    setTimeout(() => late.abort(new Error(`${what} within ${timeoutMs / 1000} s`)), timeoutMs);
  let timer = limit("no answer", REACH_MS);
  try {
    const response = await fetch(url, {
      signal: signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
    });
    clearTimeout(timer);
    if (!response.ok) {
      throw new Error(`${url} answers ${response.status}`);
    }
    progress(`nats-server: downloading ${VERSION}`);
    timer = limit("not downloaded", DOWNLOAD_MS);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw cause instanceof Error ? cause : new Error(String(cause));
  } finally {
    clearTimeout(timer);
  }
}

/** Go checks what it downloads against its checksum database. */
async function buildWithGo(bin: string, progress: (line: string) => void, signal?: AbortSignal): Promise<void> {
  const module = `github.com/nats-io/nats-server/v2@v${VERSION}`;
  await run("go", ["list", "-m", module], { timeoutMs: REACH_MS, env: { GOFLAGS: "-mod=mod" }, signal });
  progress(`nats-server: building ${VERSION} with Go, which may take a few minutes`);
  await run("go", ["install", "-ldflags=-s -w", module], { timeoutMs: BUILD_MS, env: { GOBIN: bin }, signal });
}

/** The package is unpacked without being installed, which needs no rights. */
async function unpackDebian(bin: string, progress: (line: string) => void, signal?: AbortSignal): Promise<void> {
  await withScratch(bin, async (scratch) => {
    const download = () =>
      run("apt-get", ["download", "nats-server"], { timeoutMs: DOWNLOAD_MS, cwd: scratch, signal });
    await download().catch(async (error: unknown) => {
      if (process.getuid?.() !== 0) {
        throw error;
      }
      progress("nats-server: a fresh system has no package lists yet, running apt-get update");
      await run("apt-get", ["update"], { timeoutMs: DOWNLOAD_MS, signal });
      await download();
    });
    const archive = readdirSync(scratch).find((name) => name.endsWith(".deb"));
    if (archive === undefined) {
      throw new Error("apt-get downloaded no package");
    }
    await run("dpkg", ["-x", join(scratch, archive), scratch], { timeoutMs: DOWNLOAD_MS, signal });
    renameSync(join(scratch, "usr/sbin/nats-server"), join(bin, "nats-server"));
  });
}

async function withScratch(parent: string, work: (scratch: string) => Promise<void>): Promise<void> {
  const scratch = mkdtempSync(join(parent, "fetching-"));
  try {
    await work(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface RunOptions {
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program; rejects with the last thing it said when it fails. */
function run(
  program: string,
  args: readonly string[],
  { timeoutMs, env, cwd = "/", signal }: RunOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-2_000);
    });
    child.on("error", (error) => reject(hasNoProgram(error) ? new Error(`${program} is not installed`) : error));
    child.on("close", (code, killedBy) => {
      if (code === 0) {
        resolve();
      } else if (killedBy !== null) {
        reject(new Error(`no answer within ${timeoutMs / 1000} s`));
      } else {
        reject(new Error(said.trim().split("\n").at(-1) || `${program} ended with ${code}`));
      }
    });
  });
}

function hasNoProgram(error: Error): boolean {
  return "code" in error && error.code === "ENOENT";
}
