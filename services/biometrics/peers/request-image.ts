/** The image of a request, as a vendor is sent it. */
import type { FaceImage } from "#gen/malla/biometrics/v1/template_pb.js";

/** Passes it on; that there is one was checked at the door. */
export function requestImage({ image }: { readonly image?: FaceImage | undefined }) {
  return image === undefined ? {} : { image: { content: image.content } };
}
