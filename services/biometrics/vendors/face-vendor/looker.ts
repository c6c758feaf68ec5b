/** Looks at pictures by an engine in a worker thread, one after the other; a thread that dies or hangs is replaced. */
import { Worker } from "node:worker_threads";
import { meshError } from "#platform/errors/mesh-errors.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import type { Sight } from "./face.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker.ts";

/** Pictures that wait at most: at half a second each, who comes later would wait longer than a call may take. */
const MAX_WAITING = 16;
/** Longest that one picture may take, in milliseconds: a hundred times the ordinary. Then the thread hangs. */
const MAX_LOOK_MS = 30_000;

/** Looks at pictures. */
export interface Looker {
  /**
   * Faces of an image.
   *
   * @throws OVERLOADED when too many wait; DEPENDENCY_UNAVAILABLE when the engine broke at it; the signal's reason
   */
  see(image: Uint8Array, signal: AbortSignal): Promise<Sight>;
  close(): Promise<void>;
}

interface Task {
  readonly image: Uint8Array;
  readonly signal: AbortSignal;
  readonly resolve: (sight: Sight) => void;
  readonly reject: (error: unknown) => void;
}

/** Starts an engine; resolves when its models are loaded. */
export async function openLooker(engine: URL, log: Logger): Promise<Looker> {
  const waiting: Task[] = [];
  let current: Task | undefined;
  let hang: NodeJS.Timeout | undefined;
  let sequence = 0;
  let isClosed = false;
  let worker = await startWorker(engine, onAnswer, onEnd);

  function next(): void {
    if (current !== undefined || isClosed) {
      return;
    }
    current = waiting.shift();
    if (current === undefined) {
      return;
    }
    if (current.signal.aborted) {
      finish((task) => task.reject(task.signal.reason));
      return;
    }
    // A copy: the bytes lie in a larger buffer of the transport, all of which would go along.
    const request: WorkerRequest = { id: ++sequence, image: new Uint8Array(current.image) };
    hang = setTimeout(() => void worker.terminate(), MAX_LOOK_MS);
    worker.postMessage(request);
  }

  function finish(how: (task: Task) => void): void {
    clearTimeout(hang);
    const task = current;
    current = undefined;
    if (task !== undefined) {
      how(task);
    }
    next();
  }

  function onAnswer(answer: WorkerAnswer): void {
    if (answer.kind === "ready" || answer.id !== sequence) {
      return;
    }
    if (answer.kind === "seen") {
      finish((task) => task.resolve(answer.sight));
    } else {
      log.error({ message: answer.message }, "the engine failed at a picture");
      finish((task) => task.reject(meshError("DEPENDENCY_UNAVAILABLE")));
    }
  }

  /** The thread is gone: whose picture it had is told, the others wait for the next thread. */
  function onEnd(error: unknown): void {
    if (isClosed) {
      return;
    }
    log.error({ err: error }, "the engine's thread ended; starting another");
    const broken = current;
    clearTimeout(hang);
    startWorker(engine, onAnswer, onEnd).then(
      (started) => {
        worker = started;
        finish(() => {});
      },
      (failure: unknown) => {
        log.error({ err: failure }, "the engine does not start");
        isClosed = true;
        for (const task of waiting.splice(0)) {
          task.reject(meshError("DEPENDENCY_UNAVAILABLE", { cause: failure }));
        }
      },
    );
    broken?.reject(meshError("DEPENDENCY_UNAVAILABLE", { cause: error }));
  }

  return {
    see(image, signal) {
      if (isClosed) {
        return Promise.reject(meshError("DEPENDENCY_UNAVAILABLE"));
      }
      if (waiting.length >= MAX_WAITING) {
        return Promise.reject(meshError("OVERLOADED"));
      }
      return new Promise((resolve, reject) => {
        const task = { image, signal, resolve, reject };
        const leave = () => {
          const place = waiting.indexOf(task);
          if (place !== -1) {
            waiting.splice(place, 1);
          }
          reject(signal.reason);
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.push(task);
        next();
      });
    },
    async close() {
      isClosed = true;
      clearTimeout(hang);
      await worker.terminate();
    },
  };
}

function startWorker(
  engine: URL,
  onAnswer: (answer: WorkerAnswer) => void,
  onEnd: (error: unknown) => void,
): Promise<Worker> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: engine.href });
  return new Promise((resolve, reject) => {
    let isReady = false;
    let failure: unknown;
    worker.on("message", (answer: WorkerAnswer) => {
      if (answer.kind === "ready") {
        isReady = true;
        resolve(worker);
      }
      onAnswer(answer);
    });
    worker.on("error", (error) => {
      failure = error;
    });
    worker.on("exit", (code) => {
      const error = failure ?? new Error(`the thread ended with ${code}`);
      if (isReady) {
        onEnd(error);
      } else {
        reject(error);
      }
    });
  });
}
