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
  /** What it printed. */
  readonly said: string;
  stop(): Promise<void>;
}

const START = join(fileURLToPath(new URL("..", import.meta.url)), "deploy/embedded/start.ts");

/** Starts a mesh on a state folder and waits until it says that it is ready. */
export async function startAsUser(folder: string): Promise<StartedMesh> {
  const started = performance.now();
  const child = spawn(process.execPath, [START, "--port", "0", "--state", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = await saidReady(child);
  const readyMs = performance.now() - started;
  const running = findRunningMesh(openStateFolder(folder));
  if (running === undefined) {
    throw new Error("the mesh says that it is ready but cannot be found");
  }
  return {
    readyMs,
    running,
    said,
    async stop() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

function saidReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("npm run demo tells the whole story")) {
        resolve(said);
      }
    });
    child.once("exit", () => reject(new Error(`the mesh ended at start:\n${said}`)));
  });
}
