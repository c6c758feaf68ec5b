/** Whether frames show a living person doing what was asked. Pure: what was seen comes in, the verdict goes out. */
import type { Face } from "./face.ts";
import type { Scale } from "./scale.ts";

const ACTIONS = ["turn_left", "turn_right", "look_up", "open_mouth"] as const;

/** What may be asked. */
export type Action = (typeof ACTIONS)[number];

/** Whether a word is the name of an action. */
export function isAction(word: string): word is Action {
  return ACTIONS.some((action) => action === word);
}

/** Why frames do not pass. */
export type Failure =
  | "frame_count"
  | "nonce_mismatch"
  | "frames_not_fresh"
  | "frames_repeated"
  | "image_invalid"
  | "face_unclear"
  | "different_person"
  | "action_not_seen";

/** A frame as it came. */
export interface FrameFacts {
  readonly nonce: string;
  readonly captureMs: number;
  /** Of the file's bytes. */
  readonly digest: string;
}

/** Time and nonce that frames must keep to. */
export interface ChallengeFacts {
  readonly nonce: string;
  readonly openMs: number;
  readonly expireMs: number;
}

/** Fewest frames: one straight ahead, one that moves. */
const MIN_FRAMES = 2;
/** Most frames of an answer: at half a second each, they are judged within a call's time. */
export const MAX_FRAMES = 12;
/** How far a device's clock may be off, in milliseconds. */
const CLOCK_SKEW_MS = 2_000;

/** The first fault of frames before anybody looks at them; undefined where there is none. */
export function faultOfFrames(challenge: ChallengeFacts, frames: readonly FrameFacts[]): Failure | undefined {
  if (frames.length < MIN_FRAMES || frames.length > MAX_FRAMES) {
    return "frame_count";
  }
  if (frames.some(({ nonce }) => nonce !== challenge.nonce)) {
    return "nonce_mismatch";
  }
  const isOutside = ({ captureMs }: FrameFacts) =>
    captureMs < challenge.openMs - CLOCK_SKEW_MS || captureMs > challenge.expireMs + CLOCK_SKEW_MS;
  const isLate = ({ captureMs }: FrameFacts, index: number) =>
    index > 0 && captureMs <= (frames[index - 1]?.captureMs ?? 0);
  if (frames.some(isOutside) || frames.some(isLate)) {
    return "frames_not_fresh";
  }
  return new Set(frames.map(({ digest }) => digest)).size < frames.length ? "frames_repeated" : undefined;
}

/** The verdict over the faces of the frames, one face each; undefined where they pass. The first looks straight ahead. */
export function faultOfFaces(actions: readonly Action[], faces: readonly Face[], scale: Scale): Failure | undefined {
  const [straight, ...rest] = faces;
  if (straight === undefined) {
    return "face_unclear";
  }
  const least = scale.thresholdBasisPoints;
  if (rest.some((face) => scale.score(straight.descriptor, face.descriptor) < least)) {
    return "different_person";
  }
  let asked = 0;
  for (const face of rest) {
    const action = actions[asked];
    if (action !== undefined && isSeen(action, straight, face, scale)) {
      asked += 1;
    }
  }
  return asked < actions.length ? "action_not_seen" : undefined;
}

/** Whether a face does it, against how it looked straight ahead. */
export function isSeen(action: Action, straight: Face, face: Face, { moves }: Scale): boolean {
  const yaw = face.pose.yaw - straight.pose.yaw;
  switch (action) {
    case "turn_left":
      return yaw >= moves.yaw;
    case "turn_right":
      return -yaw >= moves.yaw;
    case "look_up":
      return face.pose.pitch - straight.pose.pitch >= moves.pitch && Math.abs(yaw) < moves.yaw;
    case "open_mouth":
      return face.pose.mouthOpen - straight.pose.mouthOpen >= moves.mouthOpen;
  }
}
