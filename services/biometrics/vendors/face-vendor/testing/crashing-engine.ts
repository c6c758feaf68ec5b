/** An engine that breaks by what it is shown: by its width, it ends its thread, fails, or sees nobody. */
import type { FaceEngine } from "../face.ts";

/** Widths that it breaks at. */
export const ENDS_AT = 13;
export const FAILS_AT = 14;

/** Opens it. */
export async function openEngine(): Promise<FaceEngine> {
  return {
    async see({ width }) {
      if (width === ENDS_AT) {
        process.exit(3);
      }
      if (width === FAILS_AT) {
        throw new Error("the engine is wrong");
      }
      return [];
    },
  };
}
