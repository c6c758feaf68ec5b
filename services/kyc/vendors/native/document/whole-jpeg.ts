/** Whether a JPEG is whole: decoded in a thread of its own, one at a time, within a time and a share of memory. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { MAX_PIXELS } from "./limits.ts";

const MAX_MEGABYTES = 768;
/** Decoding the largest takes about a fifth of it, in milliseconds. */
const TIMEOUT_MS = 20_000;

let last: Promise<unknown> = Promise.resolve();

/** Waits for those before: each takes much memory. */
export function isWholeJpeg(bytes: Buffer): Promise<boolean> {
  const turn = last.then(() => decode(bytes));
  last = turn.catch(() => undefined);
  return turn;
}

async function decode(bytes: Buffer): Promise<boolean> {
  // The image ends with its end: what was cut off may be a part that no pixel misses.
  if (bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) < 0) {
    return false;
  }
  const worker = new Worker(new URL("./decode-jpeg.ts", import.meta.url), {
    workerData: { bytes: new Uint8Array(bytes), maxMegapixels: MAX_PIXELS / 1e6, maxMegabytes: MAX_MEGABYTES },
    resourceLimits: { maxOldGenerationSizeMb: MAX_MEGABYTES },
  });
  try {
    const [isWhole] = await once(worker, "message", { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return isWhole === true;
  } finally {
    await worker.terminate();
  }
}
