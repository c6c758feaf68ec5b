/** Keeps a Node program running as a process of its own: starts it, waits until it is ready, starts it anew when it dies. */
import { type ChildProcess, fork } from "node:child_process";
import { closeSync, existsSync, openSync, renameSync, statSync } from "node:fs";
import { lastLines } from "./server-process.ts";

/** What to run. */
export interface SupervisedProgram {
  readonly name: string;
  /** Path of the .ts file. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** A program that is kept running. */
export interface Supervised {
  readonly name: string;
  /** Where it listens, "host:port". */
  readonly address: string;
  /** The process now; undefined while it is being started anew. */
  readonly pid: number | undefined;
  /** How often it was started anew. */
  readonly restarts: number;
  /** kill -9; it is started anew. Resolves when it is ready again. */
  kill(): Promise<void>;
  /** Asks it to end, and makes it end after a grace. */
  stop(): Promise<void>;
}

/** Time to become ready, in milliseconds. */
const READY_MS = 30_000;
/** Time to end when asked, in milliseconds. */
const STOP_MS = 12_000;
/** Pause before a start after a crash: doubles from the first up to the last, in milliseconds. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;
/** A program that ran this long was healthy: its next crash is a new story. */
const HEALTHY_MS = 30_000;
/** Size at which a log is moved aside at start, in bytes. */
const LOG_MAX_BYTES = 20 * 1024 * 1024;

/** Starts the program and resolves when it is ready; from then on it is kept running. */
export async function supervise(program: SupervisedProgram): Promise<Supervised> {
  let child: ChildProcess | undefined;
  let address = "";
  let stopping = false;
  let restarts = 0;
  let pauseMs = FIRST_PAUSE_MS;
  let readiness: Promise<void> = Promise.resolve();

  const launch = async () => {
    const started = Date.now();
    const current = forkProgram(program);
    child = current;
    current.once("exit", () => {
      child = undefined;
      if (!stopping && address !== "") {
        pauseMs = Date.now() - started > HEALTHY_MS ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LAST_PAUSE_MS);
        readiness = again();
        // Whoever waits for readiness hears of it; here a failed start is already followed by the next.
        readiness.catch(() => {});
      }
    });
    address = await ready(current, program);
  };

  const again = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (stopping) {
      return;
    }
    restarts++;
    await launch();
  };

  await launch();
  return {
    name: program.name,
    get address() {
      return address;
    },
    get pid() {
      return child?.pid;
    },
    get restarts() {
      return restarts;
    },
    async kill() {
      const victim = child;
      if (victim !== undefined) {
        const gone = exited(victim);
        victim.kill("SIGKILL");
        await gone;
      }
      await readiness;
    },
    async stop() {
      stopping = true;
      const last = child;
      if (last === undefined) {
        return;
      }
      const gone = exited(last);
      const force = setTimeout(() => last.kill("SIGKILL"), STOP_MS);
      last.kill("SIGTERM");
      await gone;
      clearTimeout(force);
    },
  };
}

function forkProgram({ program, env, logFile }: SupervisedProgram): ChildProcess {
  if (existsSync(logFile) && statSync(logFile).size > LOG_MAX_BYTES) {
    renameSync(logFile, `${logFile}.1`);
  }
  const log = openSync(logFile, "a");
  try {
    // A process group of its own: Ctrl-C reaches whoever supervises, and it ends the programs in order.
    return fork(program, [], { env, stdio: ["ignore", log, log, "ipc"], detached: true });
  } finally {
    closeSync(log);
  }
}

function ready(child: ChildProcess, { name, logFile }: SupervisedProgram): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${name} is not ready after ${READY_MS / 1000} s; see ${logFile}`));
    }, READY_MS);
    child.on("message", (message) => {
      if (isReady(message)) {
        clearTimeout(timer);
        resolve(message.listen);
      }
    });
    child.once("exit", () => {
      clearTimeout(timer);
      reject(new Error(`${name} ended before it was ready; ${logFile} says:\n${lastLines(logFile)}`));
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

function isReady(message: unknown): message is { kind: "ready"; listen: string } {
  return (
    typeof message === "object" &&
    message !== null &&
    "kind" in message &&
    message.kind === "ready" &&
    "listen" in message &&
    typeof message.listen === "string"
  );
}

function exited(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
    } else {
      child.once("exit", () => resolve());
    }
  });
}
