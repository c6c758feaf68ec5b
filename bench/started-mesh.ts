/** A mesh started as a user starts it, `deploy/embedded/start.ts`, with the time it took. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { findRunningMesh, type RunningMesh } from "../deploy/embedded/running.ts";

/** A mesh that runs in processes of its own. */
export interface StartedMesh {
  readonly readyMs: number;
  readonly running: RunningMesh;
  /** What it printed until it was ready. */
  readonly said: string;
  /** Waits until it has printed what fits; fails when it does not in time. */
  saidThat(pattern: RegExp, timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

const START = join(fileURLToPath(new URL("..", import.meta.url)), "deploy/embedded/start.ts");

/** Longest wait until it is ready, in milliseconds: a first start may have to build a nats-server. */
const START_MS = 600_000;

/** Starts a mesh on a state folder and waits until it says that it is ready. */
export async function startAsUser(folder: string): Promise<StartedMesh> {
  const started = performance.now();
  const child = spawn(process.execPath, [START, "--port", "0", "--state", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const output = listen(child);
  const said = await output.until(/npm run demo tells the whole story/, START_MS);
  const readyMs = performance.now() - started;
  const running = findRunningMesh(openStateFolder(folder));
  if (running === undefined) {
    throw new Error("the mesh says that it is ready but cannot be found");
  }
  return {
    readyMs,
    running,
    said,
    async saidThat(pattern, timeoutMs) {
      await output.until(pattern, timeoutMs);
    },
    async stop() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

interface Output {
  /** All that was printed, once something in it fits. */
  until(pattern: RegExp, timeoutMs: number): Promise<string>;
}

function listen(child: ChildProcess): Output {
  let said = "";
  const looks = new Set<() => void>();
  child.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    for (const look of looks) {
      look();
    }
  });
  return {
    until: (pattern, timeoutMs) =>
      new Promise((resolve, reject) => {
        const settle = (how: () => void) => {
          looks.delete(look);
          clearTimeout(timer);
          child.removeListener("exit", ended);
          how();
        };
        const look = () => (pattern.test(said) ? settle(() => resolve(said)) : undefined);
        const ended = () => settle(() => reject(new Error(`the mesh ended:\n${said}`)));
        const timer = setTimeout(
          () => settle(() => reject(new Error(`the mesh did not say ${pattern} in time:\n${said}`))),
          timeoutMs,
        );
        looks.add(look);
        child.once("exit", ended);
        look();
      }),
  };
}
