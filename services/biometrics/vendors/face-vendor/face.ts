/** What an engine sees in a picture. */
import type { ImageFault, Picture } from "./decode-image.ts";

/** A face. */
export interface Face {
  /** How sure the detector is, 0 to 1. */
  readonly confidence: number;
  /** Shorter side of its box, in pixels. */
  readonly sizePixels: number;
  /** What tells one face from another: the engine's own numbers. */
  readonly descriptor: Float32Array;
  readonly pose: Pose;
}

/** How a head is held, in measures that only compare with others of the same engine. */
export interface Pose {
  /** Greater when turned to the person's left. */
  readonly yaw: number;
  /** Greater when raised. */
  readonly pitch: number;
  /** Greater when the mouth is open. */
  readonly mouthOpen: number;
}

/** What was seen, or why nothing could be. */
export type Sight =
  | {
      readonly faces: readonly Face[];
      /** SHA-256 of the pixels: the same picture in another file has the same. */
      readonly digest: Uint8Array;
    }
  | { readonly fault: ImageFault };

/** A network that finds faces. Runs in a worker thread. */
export interface FaceEngine {
  /** Faces of a picture, largest first. */
  see(picture: Picture): Promise<Face[]>;
}

/** What the module of an engine exports. */
export interface EngineModule {
  openEngine(): Promise<FaceEngine>;
}
