/** A load that runs while the story goes on: what was answered, by which vendor, and what failed. */

/** One answer. */
export interface Answer {
  readonly vendor: string;
  /** When it was asked and when it was answered, in milliseconds of performance.now(). */
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
}

/** A load that runs. */
export interface Load {
  readonly answers: readonly Answer[];
  readonly failures: readonly string[];
  /** Waits until there is an answer that fits; fails when none comes in time, or a call failed. */
  until(fits: (answer: Answer) => boolean, what: string): Promise<Answer>;
  /** Lets what is under way finish. */
  stop(): Promise<void>;
}

/** Longest wait for an answer that fits, in milliseconds. */
const UNTIL_MS = 60_000;

/** Starts to ask, with so many at once. `ask` gives the vendor that answered. */
export function startLoad(workers: number, ask: () => Promise<string>): Load {
  const answers: Answer[] = [];
  const failures: string[] = [];
  const waiting = new Set<() => void>();
  let isStopped = false;
  const work = async () => {
    while (!isStopped) {
      const askedAtMs = performance.now();
      try {
        const vendor = await ask();
        answers.push({ vendor, askedAtMs, answeredAtMs: performance.now() });
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
      for (const look of waiting) {
        look();
      }
    }
  };
  const running = Array.from({ length: workers }, work);
  return {
    answers,
    failures,
    until: (fits, what) =>
      new Promise((resolve, reject) => {
        const done = () => {
          waiting.delete(look);
          clearTimeout(timer);
        };
        const look = () => {
          const found = answers.findLast(fits);
          if (found !== undefined) {
            done();
            resolve(found);
          }
        };
        const timer = setTimeout(() => {
          done();
          reject(
            new Error(`${what} did not happen within ${UNTIL_MS / 1000} s; failures: ${failures.join("; ") || "none"}`),
          );
        }, UNTIL_MS);
        waiting.add(look);
        look();
      }),
    async stop() {
      isStopped = true;
      await Promise.all(running);
    },
  };
}
