/** The well-known types that ProtoJSON writes in a form of their own. */
import type { DescMessage } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

const ownForms: ReadonlySet<string> = new Set([
  "google.protobuf.Any",
  "google.protobuf.Duration",
  "google.protobuf.FieldMask",
  "google.protobuf.ListValue",
  "google.protobuf.Struct",
  "google.protobuf.Timestamp",
  "google.protobuf.Value",
]);

/**
 * True for the types whose ProtoJSON form is no object of their fields: a single value, which no path enters. The
 * other types of google.protobuf, Empty or Api among them, are messages like any.
 */
export function hasOwnForm(desc: DescMessage): boolean {
  return ownForms.has(desc.typeName) || isWrapperDesc(desc);
}
