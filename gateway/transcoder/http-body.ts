/** google.api.HttpBody: bytes of any type as they are, where JSON would stand otherwise (google/api/httpbody.proto). */
import { create, type DescMessage, type Message } from "@bufbuild/protobuf";

/** What a client is told of bytes whose type the service left open (RFC 9110, 8.3). */
const UNKNOWN_TYPE = "application/octet-stream";

/** True for google.api.HttpBody. */
export function isHttpBody(desc: DescMessage | undefined): boolean {
  return desc?.typeName === "google.api.HttpBody";
}

/** A HttpBody of a type that was read from descriptors. */
export function httpBodyOf(desc: DescMessage, contentType: string, data: Uint8Array): Message {
  return create(desc, { contentType, data } as Record<string, unknown>);
}

/** What stands in a HttpBody; undefined is an empty one. */
export function contentOfHttpBody(message: unknown): { readonly contentType: string; readonly data: Uint8Array } {
  const body: object = typeof message === "object" && message !== null ? message : {};
  const contentType = "contentType" in body && typeof body.contentType === "string" ? body.contentType : "";
  const data = "data" in body && body.data instanceof Uint8Array ? body.data : new Uint8Array();
  // A value that is no header of HTTP must not break the answer.
  return { contentType: /^[\t\x20-\x7e]+$/.test(contentType) ? contentType : UNKNOWN_TYPE, data };
}
