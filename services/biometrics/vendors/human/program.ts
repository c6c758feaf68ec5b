/** The vendor human: its engine, its scale, and what it recognises in frames. */
import type { FaceVendor } from "../face-vendor/deps.ts";
import { faceVendorProgram } from "../face-vendor/program.ts";
import { basisPoints, type Scale } from "../face-vendor/scale.ts";

/**
 * Cosine of 1,024 numbers. Of 27 pairs of different persons in group photos none lies above 0.61; the library's own
 * similarity separates less than the plain cosine.
 */
export const scale: Scale = {
  score: (one, other) => basisPoints(cosine(one, other)),
  thresholdBasisPoints: 6_800,
  falseAcceptOneIn: 100,
  minFacePixels: 60,
  moves: { yaw: 0.09, pitch: 0.06, mouthOpen: 0.1 },
};

/** The vendor. Not the mouth: its lips of the mesh move less by opening than they tremble. */
export const human: FaceVendor = {
  name: "human",
  version: "3.3.6",
  engine: new URL("./engine.ts", import.meta.url),
  scale,
  actions: ["turn_left", "turn_right", "look_up"],
};

export const program = faceVendorProgram(human);

function cosine(one: Float32Array, other: Float32Array): number {
  let [product, ones, others] = [0, 0, 0];
  for (const [index, value] of one.entries()) {
    const against = other[index] ?? 0;
    product += value * against;
    ones += value * value;
    others += against * against;
  }
  return product / Math.sqrt(ones * others);
}
