/** A body that somebody pushes and somebody else pulls, with word of how much was taken. */

/** The two ends. */
export interface PipedBody {
  /** False when enough waits. */
  push(chunk: Uint8Array): boolean;
  end(): void;
  /** The body breaks off: whoever pulls gets the error. */
  fail(error: unknown): void;
  readonly body: AsyncIterableIterator<Uint8Array>;
}

/** What the pushing end hears. */
export interface PipeHooks {
  /** Bytes were taken out. */
  taken(bytes: number): void;
  /** The puller stopped before the end. */
  stopped(): void;
}

/** From this many bytes on, {@link PipedBody.push} asks to wait. */
const HIGH_WATER_BYTES = 65_536;

/** Makes a pipe. It holds whatever is pushed: keeping to `push`'s answer is what bounds it. */
export function createPipedBody({ taken, stopped }: PipeHooks): PipedBody {
  const waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};

  const over = () => {
    isOver = true;
    wake();
  };
  const body: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => body,
    async next() {
      for (;;) {
        const chunk = waiting.shift();
        if (chunk !== undefined) {
          waitingBytes -= chunk.length;
          taken(chunk.length);
          return { done: false, value: chunk };
        }
        if (failure !== undefined) {
          throw failure.error;
        }
        if (isOver) {
          return { done: true, value: undefined };
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async return() {
      if (!isOver) {
        over();
        stopped();
      }
      waiting.length = 0;
      return { done: true, value: undefined };
    },
  };
  return {
    body,
    push(chunk) {
      if (isOver) {
        return true;
      }
      waiting.push(chunk);
      waitingBytes += chunk.length;
      wake();
      return waitingBytes < HIGH_WATER_BYTES;
    },
    end: over,
    fail(error) {
      failure ??= { error };
      over();
    },
  };
}
