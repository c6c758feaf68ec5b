/** Timestamp, Duration and FieldMask as ProtoJSON text: each is one string. */
import { type DescMessage, type Message, toJson } from "@bufbuild/protobuf";
import type { FieldMask, Timestamp } from "@bufbuild/protobuf/wkt";

/** A writer of such a type; undefined for any other. */
export function createTextMessageWriter(desc: DescMessage): ((message: Message) => string) | undefined {
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return (message) => writeTimestamp(message as Timestamp, desc);
    case "google.protobuf.Duration":
      return (message) => JSON.stringify(toJson(desc, message));
    case "google.protobuf.FieldMask":
      return (message) => writeFieldMask(message as FieldMask);
    default:
      return undefined;
  }
}

// Years of four digits after 0999, where Date.toISOString and timestamp.proto agree on how a year looks.
const [fromSeconds, beforeSeconds] = [-30_610_224_000n, 253_402_300_800n];

function writeTimestamp(message: Timestamp, desc: DescMessage): string {
  const { seconds, nanos } = message;
  const isMillis = nanos >= 0 && nanos < 1_000_000_000 && nanos % 1_000_000 === 0;
  // What is finer than milliseconds, far away or wrong is written, or refused, by protobuf-es.
  if (!isMillis || seconds < fromSeconds || seconds >= beforeSeconds) return JSON.stringify(toJson(desc, message));
  const text = new Date(Number(seconds) * 1000 + nanos / 1_000_000).toISOString();
  return nanos === 0 ? `"${text.slice(0, -5)}Z"` : `"${text}"`;
}

/**
 * Paths in lowerCamel. One that would not come back as it was, such as `line_1`, is written as it is: readers of this
 * transcoder take proto names too, and an answer with an odd path is better than none.
 */
function writeFieldMask({ paths }: FieldMask): string {
  return JSON.stringify(paths.map(pathText).join());
}

function pathText(path: string): string {
  const camel = path.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  const back = camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return back === path ? camel : path;
}
