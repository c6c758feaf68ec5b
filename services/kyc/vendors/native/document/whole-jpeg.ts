/** Whether a JPEG is whole: decoded in a thread of its own, within a time and a share of memory. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { JpegToDecode } from "./decode-jpeg.ts";
import { MAX_PIXELS } from "./limits.ts";

const MAX_MEGABYTES = 768;
/** Longest that decoding may take, in milliseconds. */
const TIMEOUT_MS = 20_000;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/** One that takes more time or memory than an image of its size can need counts as none. */
export async function isWholeJpeg(bytes: Buffer): Promise<boolean> {
  // What was cut off may be a part that no pixel misses.
  if (!bytes.includes(END_OF_IMAGE)) {
    return false;
  }
  const work: JpegToDecode = {
    bytes: new Uint8Array(bytes),
    maxMegapixels: MAX_PIXELS / 1e6,
    maxMegabytes: MAX_MEGABYTES,
  };
  const worker = new Worker(new URL("./decode-jpeg.ts", import.meta.url), {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: MAX_MEGABYTES },
  });
  try {
    const [isWhole] = await once(worker, "message", { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return isWhole === true;
  } catch (error) {
    if (isLimit(error)) {
      return false;
    }
    throw error;
  } finally {
    await worker.terminate();
  }
}

function isLimit(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ABORT_ERR" || code === "ERR_WORKER_OUT_OF_MEMORY";
}
