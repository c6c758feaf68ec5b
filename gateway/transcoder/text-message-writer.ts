/** Timestamp, Duration and FieldMask as ProtoJSON text: each is one string. */
import { type DescMessage, type Message, toJson } from "@bufbuild/protobuf";
import type { FieldMask, Timestamp } from "@bufbuild/protobuf/wkt";
import { dateText, timeText } from "./calendar.ts";

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

// timestamp.proto: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
const [minSeconds, maxSeconds] = [-62_135_596_800, 253_402_300_799];
const daySeconds = 86_400;

function writeTimestamp(message: Timestamp, desc: DescMessage): string {
  const { seconds, nanos } = message;
  const whole = Number(seconds);
  const isValid = whole >= minSeconds && whole <= maxSeconds && nanos >= 0 && nanos < 1_000_000_000;
  // protobuf-es says what is wrong with it.
  if (!isValid) return JSON.stringify(toJson(desc, message));
  const days = Math.floor(whole / daySeconds);
  return `"${dateText(days)}T${timeText(whole - days * daySeconds)}${fractionText(nanos)}Z"`;
}

/** No, 3, 6 or 9 digits, as many as it takes (timestamp.proto). */
function fractionText(nanos: number): string {
  if (nanos === 0) return "";
  const digits = `${nanos}`.padStart(9, "0");
  if (nanos % 1_000_000 === 0) return `.${digits.slice(0, 3)}`;
  return nanos % 1000 === 0 ? `.${digits.slice(0, 6)}` : `.${digits}`;
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
