/** A thread that decodes one JPEG and says whether it is whole. */
import { parentPort, workerData } from "node:worker_threads";
import { decode } from "jpeg-js";
import { z } from "zod";

const { bytes, maxMegapixels, maxMegabytes } = z
  .object({ bytes: z.instanceof(Uint8Array), maxMegapixels: z.number(), maxMegabytes: z.number() })
  .parse(workerData);

function isWhole(): boolean {
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

parentPort?.postMessage(isWhole());
