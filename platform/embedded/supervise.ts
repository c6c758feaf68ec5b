/** Keeps a Node program running as a process of its own: starts it, waits until it is ready, starts it anew when it dies. */
import { type ChildProcess, fork } from "node:child_process";
import { closeSync } from "node:fs";
import { openLogFile } from "./log-file.ts";

/** What to run. */
export interface SupervisedProgram {
  readonly name: string;
  /** Path of the .ts file. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** Options of Node itself, on top of this process's own. */
  readonly nodeOptions?: readonly string[];
  readonly logFile: string;
  /** Hears what happens to it after it was ready for the first time. */
  readonly hear?: (event: SupervisedEvent) => void;
  /** Gives up a first start that is under way. */
  readonly signal?: AbortSignal | undefined;
}

/** What happened to a program. */
export type SupervisedEvent =
  /** `how`: "SIGKILL", "exit code 1". */
  | { readonly kind: "died"; readonly name: string; readonly how: string; readonly nextStartMs: number }
  | { readonly kind: "ready-again"; readonly name: string; readonly pid: number };

/** A program that is kept running. */
export interface Supervised {
  readonly name: string;
  /** Where it listens, "host:port". */
  readonly address: string;
  /** The process now; undefined while there is none. */
  readonly pid: number | undefined;
  /** How often it was started anew. */
  readonly restarts: number;
  /** kill -9. It is started anew, and this resolves when it is ready again. */
  kill(): Promise<void>;
  /** Asks it to end, and makes it end after a grace. It stays ended. */
  stop(): Promise<void>;
  /** Ends it by force, and waits for nothing. It stays ended. */
  abort(): void;
}

/** Time to become ready, in milliseconds. */
const READY_MS = 30_000;
/** Time to end when asked, in milliseconds: a service gives calls under way 8 s, and then closes what it opened. */
const STOP_MS = 12_000;
/** Pause before a start after a crash: doubles from the first up to the last, in milliseconds. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;
/** A program that ran this long was healthy: its next crash is a new story. */
const HEALTHY_MS = 30_000;

/** One process of the program. */
interface Instance {
  readonly child: ChildProcess;
  readonly startedAt: number;
  /** Its address; rejects when it ends before it is ready, or is not ready in time and therefore killed. */
  readonly ready: Promise<string>;
  /** How it ended. */
  readonly ended: Promise<string>;
}

/** Starts the program and resolves when it is ready; from then on it is kept running. */
export async function supervise(program: SupervisedProgram): Promise<Supervised> {
  let instance = start(program);
  let address = await instance.ready;
  let restarts = 0;
  const stopped = new AbortController();
  let again = Promise.withResolvers<void>();

  const restart = () => {
    instance = start(program);
    restarts++;
    instance.ready.then(
      (listen) => {
        address = listen;
        program.hear?.({ kind: "ready-again", name: program.name, pid: instance.child.pid ?? 0 });
        again.resolve();
        again = Promise.withResolvers();
      },
      () => {
        // Its end is heard below, and the next start follows.
      },
    );
  };

  const keepRunning = async () => {
    for (let pauseMs = FIRST_PAUSE_MS; ; ) {
      const how = await instance.ended;
      if (stopped.signal.aborted) {
        return;
      }
      if (Date.now() - instance.startedAt >= HEALTHY_MS) {
        pauseMs = FIRST_PAUSE_MS;
      }
      program.hear?.({ kind: "died", name: program.name, how, nextStartMs: pauseMs });
      await pause(pauseMs, stopped.signal);
      if (stopped.signal.aborted) {
        return;
      }
      pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
      restart();
    }
  };
  const kept = keepRunning();

  return {
    name: program.name,
    get address() {
      return address;
    },
    get pid() {
      return hasEnded(instance.child) ? undefined : instance.child.pid;
    },
    get restarts() {
      return restarts;
    },
    async kill() {
      const readyAgain = again.promise;
      instance.child.kill("SIGKILL");
      await readyAgain;
    },
    async stop() {
      stopped.abort();
      instance.child.kill("SIGTERM");
      const force = setTimeout(() => instance.child.kill("SIGKILL"), STOP_MS);
      await kept;
      clearTimeout(force);
    },
    abort() {
      stopped.abort();
      instance.child.kill("SIGKILL");
    },
  };
}

function start({ name, program, env, nodeOptions = [], logFile, signal }: SupervisedProgram): Instance {
  const log = openLogFile(logFile);
  // A process group of its own: Ctrl-C reaches whoever supervises, and it ends the programs in order.
  const stdio = ["ignore", log.descriptor, log.descriptor, "ipc"] as const;
  const execArgv = [...process.execArgv, ...nodeOptions];
  const child = fork(program, [], { env, execArgv, stdio: [...stdio], detached: true });
  closeSync(log.descriptor);

  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, killedBy) => resolve(killedBy ?? `exit code ${code}`));
    // Without a process number it never began, and no exit follows.
    child.once("error", (error) => (child.pid === undefined ? resolve(error.message) : undefined));
  });
  const ready = new Promise<string>((resolve, reject) => {
    const giveUp = (why: unknown) => {
      child.kill("SIGKILL");
      reject(why);
    };
    const late = setTimeout(
      () => giveUp(new Error(`${name} is not ready after ${READY_MS / 1000} s; see ${logFile}`)),
      READY_MS,
    );
    const onAbort = () => giveUp(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const settle = () => {
      clearTimeout(late);
      signal?.removeEventListener("abort", onAbort);
    };
    child.on("message", (message) => {
      if (isReady(message)) {
        settle();
        resolve(message.listen);
      }
    });
    void ended.then((how) => {
      settle();
      reject(new Error(`${name} ended before it was ready (${how}); ${logFile} says:\n${log.lastLines()}`));
    });
  });
  return { child, startedAt: Date.now(), ready, ended };
}

/** Resolves after the time, or as soon as the signal is aborted. */
function pause(timeMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, timeMs);
    signal.addEventListener("abort", done);
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
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
