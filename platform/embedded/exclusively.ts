/** Work that only one process at a time may do, such as making a key that all of them then use. */
import { type HeldLock, tryLock } from "./process-lock.mjs";
import { until } from "./server-process.ts";

/** Longest wait for others, in milliseconds: what is done under such a lock takes a fraction of a second. */
const WAIT_MS = 30_000;

/** Does the work while holding the lock at the path, and gives what it gives. */
export async function exclusively<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const lock = await take(path);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function take(path: string): Promise<HeldLock> {
  let lock: HeldLock | undefined;
  await until(
    () => {
      const answer = tryLock(path);
      lock = "holder" in answer ? undefined : answer;
      return lock !== undefined;
    },
    WAIT_MS,
    () => `${path} is held by another process for more than ${WAIT_MS / 1000} s`,
  );
  if (lock === undefined) {
    throw new Error(`${path} was not taken`);
  }
  return lock;
}
