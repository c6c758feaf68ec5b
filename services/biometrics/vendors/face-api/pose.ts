/** How a head is held, by the 68 landmarks of iBUG 300-W. */
import type { Pose } from "../face-vendor/face.ts";

/** A place in the picture, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Landmarks by their place in the list. */
const JAW_RIGHT = 0;
const JAW_LEFT = 16;
const NOSE_TIP = 30;
const EYES = [36, 39, 42, 45];
const INNER_LIP_TOP = 62;
const INNER_LIP_BOTTOM = 66;
const CHIN = 8;

/** The pose, in shares of the face's own width and height, so that distance to the camera does not matter. */
export function poseOf(points: readonly Point[]): Pose {
  const at = (index: number): Point => {
    const point = points[index];
    if (point === undefined) {
      throw new Error(`a face without landmark ${index}`);
    }
    return point;
  };
  const width = at(JAW_LEFT).x - at(JAW_RIGHT).x;
  const eyesY = EYES.reduce((sum, index) => sum + at(index).y, 0) / EYES.length;
  const height = at(CHIN).y - eyesY;
  return {
    // The camera sees the person's left at the picture's right.
    yaw: (at(NOSE_TIP).x - (at(JAW_LEFT).x + at(JAW_RIGHT).x) / 2) / width,
    pitch: -(at(NOSE_TIP).y - eyesY) / height,
    mouthOpen: (at(INNER_LIP_BOTTOM).y - at(INNER_LIP_TOP).y) / height,
  };
}
