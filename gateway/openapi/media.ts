/** Which media types a route speaks, by the kinds of its method and messages. */
import type { DescField, DescMethod } from "@bufbuild/protobuf";
import type { Route } from "../transcoder/route.ts";

const HTTP_BODY = "google.api.HttpBody";

/** True when the request body is bytes of any type (google.api.HttpBody). */
export function takesBytes({ body, binding }: Route): boolean {
  if (body.kind === "field") return isBytes(body.field);
  return body.kind === "whole" && binding.method.input.typeName === HTTP_BODY;
}

/** True when the answer is bytes of any type. */
export function givesBytes({ responseField, binding }: Route): boolean {
  return responseField === undefined ? binding.method.output.typeName === HTTP_BODY : isBytes(responseField);
}

/** True when the request is a stream of messages. */
export function takesStream({ methodKind }: DescMethod): boolean {
  return methodKind === "client_streaming" || methodKind === "bidi_streaming";
}

/** True when the answer is a stream of messages. */
export function givesStream({ methodKind }: DescMethod): boolean {
  return methodKind === "server_streaming" || methodKind === "bidi_streaming";
}

function isBytes(field: DescField): boolean {
  return field.fieldKind === "message" && field.message.typeName === HTTP_BODY;
}
