/** The vendor face-api: its engine, its scale, and what it recognises in frames. */
import type { FaceVendor } from "../face-vendor/deps.ts";
import { faceVendorProgram } from "../face-vendor/program.ts";
import { basisPoints, type Scale } from "../face-vendor/scale.ts";

/**
 * Euclidean distance of 128 numbers, which lies between 0 and about 1.4. The library's own threshold is 0.6; of 27 pairs of
 * different persons in its own group photos four lie below that, and none below 0.49, so that this is 0.45.
 */
export const scale: Scale = {
  score: (one, other) => basisPoints(1 - distance(one, other)),
  thresholdBasisPoints: 5_500,
  falseAcceptOneIn: 100,
  minFacePixels: 60,
  moves: { yaw: 0.07, pitch: 0.06, mouthOpen: 0.1 },
};

/** The vendor. Not the mouth: its landmarks of lips move less by opening than they tremble. */
export const faceApi: FaceVendor = {
  name: "face-api",
  version: "1.7.15",
  engine: new URL("./engine.ts", import.meta.url),
  scale,
  actions: ["turn_left", "turn_right", "look_up"],
};

export const program = faceVendorProgram(faceApi);

function distance(one: Float32Array, other: Float32Array): number {
  return Math.sqrt(one.reduce((sum, value, index) => sum + (value - (other[index] ?? 0)) ** 2, 0));
}
