/** The one face that a picture must show. */
import type { FaceImage } from "#gen/malla/biometrics/v1/template_pb.js";
import { faultOfImage } from "./decode-image.ts";
import { refused, type VendorRefusal } from "./errors.ts";
import type { Face, Sight } from "./face.ts";
import type { Looker } from "./looker.ts";

/** Why a sight is not one good face; undefined where it is. */
export function faultOfSight(sight: Sight, minFacePixels: number): VendorRefusal | undefined {
  if ("fault" in sight) {
    return sight.fault;
  }
  const [face, another] = sight.faces;
  if (face === undefined) {
    return "no_face";
  }
  if (another !== undefined) {
    return "several_faces";
  }
  return face.sizePixels < minFacePixels ? "poor_quality" : undefined;
}

/** Looks for the one face of an image. @throws the refusal where there is none, or more */
export async function requireFace(
  { looker, minFacePixels }: { readonly looker: Looker; readonly minFacePixels: number },
  image: FaceImage | undefined,
  signal: AbortSignal,
): Promise<Face> {
  const content = image?.content ?? new Uint8Array();
  // What the header tells is refused here, before it waits for the engine.
  const fault = faultOfImage(content);
  if (fault !== undefined) {
    throw refused(fault);
  }
  const sight = await looker.see(content, signal);
  const wrong = faultOfSight(sight, minFacePixels);
  const face = "faces" in sight ? sight.faces[0] : undefined;
  if (wrong !== undefined || face === undefined) {
    throw refused(wrong ?? "no_face");
  }
  return face;
}
