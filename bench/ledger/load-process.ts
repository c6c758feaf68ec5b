/** The load generator, as the bench sees it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Part } from "../../deploy/embedded/parts.ts";
import type { Job, JobAnswer, MeasuredLoad } from "./jobs.ts";
import { UNIMPLEMENTED } from "./wire.ts";

/** A generator that waits for jobs. */
export interface LoadProcess extends Part {
  readonly pid: number;
  makeAccounts(job: Omit<Extract<Job, { kind: "accounts" }>, "kind">): Promise<void>;
  /**
   * Runs a load.
   *
   * @throws NotServedError when the service lacks the method
   */
  run(job: Exclude<Job, { kind: "accounts" }>): Promise<MeasuredLoad>;
}

/** The service does not serve the method. */
export class NotServedError extends Error {
  override readonly name = "NotServedError";
}

const PROGRAM = fileURLToPath(new URL("./load-main.ts", import.meta.url));

/** Starts a generator. */
export async function startLoadProcess(): Promise<LoadProcess> {
  // A process group of its own: Ctrl-C reaches the bench, and it ends the others in order.
  const child = fork(PROGRAM, [], { detached: true });
  const ended = once(child, "exit");
  await answered(child);
  return {
    pid: child.pid ?? 0,
    async makeAccounts(job) {
      child.send({ kind: "accounts", ...job } satisfies Job);
      await answered(child);
    },
    async run(job) {
      child.send(job);
      const load = await answered(child);
      if (load === undefined) {
        throw new Error("the load generator answered without figures");
      }
      return load;
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
    abort: () => child.kill("SIGKILL"),
  };
}

function answered(child: ChildProcess): Promise<MeasuredLoad | undefined> {
  return new Promise((resolve, reject) => {
    const onEnd = () => reject(new Error("the load generator ended"));
    child.once("exit", onEnd);
    child.once("message", (answer: JobAnswer) => {
      child.off("exit", onEnd);
      switch (answer.kind) {
        case "ready":
          resolve(undefined);
          return;
        case "done":
          resolve(answer.load);
          return;
        case "failed":
          reject(answer.code === UNIMPLEMENTED ? new NotServedError(answer.message) : new Error(answer.message));
      }
    });
  });
}
