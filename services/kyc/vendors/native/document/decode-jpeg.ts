/** A thread that decodes one JPEG and says whether it is whole. */
import { parentPort, workerData } from "node:worker_threads";
import { decode } from "jpeg-js";

/** What the thread is given. */
export interface JpegToDecode {
  readonly bytes: Uint8Array;
  readonly maxMegapixels: number;
  readonly maxMegabytes: number;
}

function isWhole({ bytes, maxMegapixels, maxMegabytes }: JpegToDecode): boolean {
  try {
    decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: maxMegapixels,
      maxMemoryUsageInMB: maxMegabytes,
    });
    return true;
  } catch {
    // The decoder throws for whatever is damaged or cut short.
    return false;
  }
}

parentPort?.postMessage(isWhole(workerData));
