/** How a head is held, by the 468 points of MediaPipe's face mesh. */
import type { Pose } from "../face-vendor/face.ts";

/** A place in the picture, in pixels; depth is not used. */
export type MeshPoint = readonly [x: number, y: number, z?: number];

/** Points by their place in the mesh. */
const CHEEK_RIGHT = 234;
const CHEEK_LEFT = 454;
const NOSE_TIP = 1;
const EYES = [33, 133, 362, 263];
const INNER_LIP_TOP = 13;
const INNER_LIP_BOTTOM = 14;
const CHIN = 152;

/** The pose, in shares of the face's own width and height, so that distance to the camera does not matter. */
export function poseOf(points: readonly MeshPoint[]): Pose {
  const at = (index: number): MeshPoint => {
    const point = points[index];
    if (point === undefined) {
      throw new Error(`a face without point ${index}`);
    }
    return point;
  };
  const width = at(CHEEK_LEFT)[0] - at(CHEEK_RIGHT)[0];
  const eyesY = EYES.reduce((sum, index) => sum + at(index)[1], 0) / EYES.length;
  const height = at(CHIN)[1] - eyesY;
  return {
    // The camera sees the person's left at the picture's right.
    yaw: (at(NOSE_TIP)[0] - (at(CHEEK_LEFT)[0] + at(CHEEK_RIGHT)[0]) / 2) / width,
    pitch: -(at(NOSE_TIP)[1] - eyesY) / height,
    mouthOpen: (at(INNER_LIP_BOTTOM)[1] - at(INNER_LIP_TOP)[1]) / height,
  };
}
