/** Requests that wait for their answers, and the memory of those that no longer do. */
import type { IsoMessage } from "./codec.ts";
import { NoAnswerError } from "./errors.ts";
import { keyOfAnswer, keyOfRequest } from "./exchange.ts";

/** An answer that nobody waits for: too late, a second one, or to nothing that was asked. */
export type Stray = "late" | "duplicate" | "unknown";

/** Requests under way. */
export interface Outstanding {
  readonly size: number;
  /** Waits for the answer. */
  wait(request: IsoMessage, timeoutMs: number): Promise<IsoMessage>;
  /** Stops waiting, as if it had never been sent. */
  forget(request: IsoMessage): void;
  /** Hands an answer to who waits for it; says what it is where nobody does. */
  settle(answer: IsoMessage): Stray | undefined;
  /** Nothing will be answered any more. */
  loseAll(why: string): void;
  /** Settles when nothing is waited for. */
  idle(): Promise<void>;
}

/** Finished exchanges remembered, to tell a late answer from a second one: more than a minute of full load. */
const REMEMBERED = 20_000;

interface Waiting {
  readonly resolve: (answer: IsoMessage) => void;
  readonly reject: (error: NoAnswerError) => void;
  readonly timer: NodeJS.Timeout;
}

/** Makes an empty one. */
export function createOutstanding(): Outstanding {
  const waiting = new Map<string, Waiting>();
  const finished = new Map<string, "answered" | "given up">();
  let idlers: (() => void)[] = [];

  function take(key: string): Waiting | undefined {
    const found = waiting.get(key);
    if (found !== undefined) {
      waiting.delete(key);
      clearTimeout(found.timer);
      if (waiting.size === 0) {
        for (const idler of idlers.splice(0)) {
          idler();
        }
      }
    }
    return found;
  }

  function remember(key: string, how: "answered" | "given up"): void {
    finished.set(key, how);
    if (finished.size > REMEMBERED) {
      for (const oldest of finished.keys()) {
        finished.delete(oldest);
        break;
      }
    }
  }

  return {
    get size() {
      return waiting.size;
    },
    wait(request, timeoutMs) {
      const key = keyOfRequest(request);
      if (waiting.has(key)) {
        throw new Error(`a request with the numbers ${key} is under way already`);
      }
      // A repeat has the numbers of what it repeats.
      finished.delete(key);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          remember(key, "given up");
          take(key)?.reject(new NoAnswerError("timeout", `no answer to ${request.mti} within ${timeoutMs} ms`));
        }, timeoutMs);
        waiting.set(key, { resolve, reject, timer });
      });
    },
    forget(request) {
      take(keyOfRequest(request));
    },
    settle(answer) {
      const key = keyOfAnswer(answer);
      const found = take(key);
      if (found !== undefined) {
        remember(key, "answered");
        found.resolve(answer);
        return undefined;
      }
      const how = finished.get(key);
      return how === undefined ? "unknown" : how === "answered" ? "duplicate" : "late";
    },
    loseAll(why) {
      for (const key of [...waiting.keys()]) {
        remember(key, "given up");
        take(key)?.reject(new NoAnswerError("connection_lost", `the connection was lost: ${why}`));
      }
    },
    idle: () =>
      waiting.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            idlers = [...idlers, resolve];
          }),
  };
}
