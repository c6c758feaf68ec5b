/** What the reference sees in a picture: not by looking, but by a table of who is on which file. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { LivenessAction } from "#gen/malla/biometrics/v1/liveness_pb.js";

/** A picture of the table. */
export interface Seen {
  /** Persons on it. */
  readonly persons: readonly string[];
  readonly action: LivenessAction;
}

/** Looks a picture up; undefined where nobody knows it. */
export type Album = (content: Uint8Array) => Seen | undefined;

/** Who is on the file of which parameter. */
const TABLE: Readonly<Record<string, Seen>> = {
  face_a1: { persons: ["a"], action: LivenessAction.UNSPECIFIED },
  face_a2: { persons: ["a"], action: LivenessAction.UNSPECIFIED },
  face_b: { persons: ["b"], action: LivenessAction.UNSPECIFIED },
  no_face: { persons: [], action: LivenessAction.UNSPECIFIED },
  several_faces: { persons: ["a", "b"], action: LivenessAction.UNSPECIFIED },
  frame_straight: { persons: ["a"], action: LivenessAction.UNSPECIFIED },
  frames_turn_left: { persons: ["a"], action: LivenessAction.TURN_LEFT },
  frames_turn_right: { persons: ["a"], action: LivenessAction.TURN_RIGHT },
  frames_look_up: { persons: ["a"], action: LivenessAction.LOOK_UP },
};

/** Bytes that a table's file is told by: what follows is not looked at, as decoders do not. */
const HEAD_BYTES = 64;

/** Reads the files that the suite's parameters name. */
export function readAlbum(parameters: Readonly<Record<string, string>>): Album {
  const known = new Map<string, Seen>();
  for (const [name, seen] of Object.entries(TABLE)) {
    for (const file of parameters[name]?.split(",") ?? []) {
      known.set(keyOf(readFileSync(file)), seen);
    }
  }
  return (content) => (content.length < HEAD_BYTES ? undefined : known.get(keyOf(content)));
}

/** Tells one picture from another. */
export function keyOf(content: Uint8Array): string {
  return createHash("sha256").update(content.subarray(0, HEAD_BYTES)).digest("hex");
}
