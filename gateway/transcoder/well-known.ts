/** The well-known types that ProtoJSON writes as a string: Timestamp, Duration and FieldMask. */
import type { DescMessage } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { daysOfDate } from "./calendar.ts";
import type { Json } from "./json-value.ts";
import type { Parsed } from "./numbers.ts";

type Reader = (desc: DescMessage, text: string) => Parsed<ReflectMessage>;

const readers: ReadonlyMap<string, Reader> = new Map([
  ["google.protobuf.Timestamp", timestampFromText],
  ["google.protobuf.Duration", durationFromText],
  ["google.protobuf.FieldMask", fieldMaskFromText],
]);

/** True for a message that ProtoJSON writes as one string, so that a query parameter can hold it too. */
export function isTextMessage(desc: DescMessage): boolean {
  return readers.has(desc.typeName);
}

/** Reads such a message. */
export function textMessageFromJson(desc: DescMessage, json: Json): Parsed<ReflectMessage> {
  const read = readers.get(desc.typeName);
  if (read === undefined) throw new Error(`${desc.typeName} is not written as a string`);
  return typeof json === "string" ? read(desc, json) : { problem: `expected ${desc.typeName}: a string` };
}

const daySeconds = 86_400;
// timestamp.proto: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, in seconds of the Unix epoch.
const [minTimestampSeconds, maxTimestampSeconds] = [-62_135_596_800, 253_402_300_799];
// Places are fixed up to the seconds, so that numbers are read from where they stand.
const timestampPattern = /^\d{4}-\d\d-\d\dT[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-][0-2]\d:[0-5]\d)$/;
const zoneLength = "+00:00".length;
const secondsEnd = "0000-00-00T00:00:00".length;

/** RFC 3339 with a zone, up to nanoseconds, days that exist only (Date.parse would take 30 February for 1 March). */
function timestampFromText(desc: DescMessage, text: string): Parsed<ReflectMessage> {
  const problem = "expected an RFC 3339 time with a zone, such as 2024-01-31T12:00:00Z";
  if (!timestampPattern.test(text)) return { problem };
  const days = daysOfDate(digitsAt(text, 0, 4), digitsAt(text, 5, 2), digitsAt(text, 8, 2));
  const hour = digitsAt(text, 11, 2);
  const isUtc = text.endsWith("Z");
  const zoneStart = text.length - (isUtc ? 1 : zoneLength);
  const zoneHour = isUtc ? 0 : digitsAt(text, zoneStart + 1, 2);
  if (days === undefined || hour > 23 || zoneHour > 23) return { problem };
  const zoneMinutes = isUtc ? 0 : zoneHour * 60 + digitsAt(text, zoneStart + 4, 2);
  const zoneSeconds = (text[zoneStart] === "-" ? -60 : 60) * zoneMinutes;
  const timeSeconds = (hour * 60 + digitsAt(text, 14, 2)) * 60 + digitsAt(text, 17, 2);
  const seconds = days * daySeconds + timeSeconds - zoneSeconds;
  if (seconds < minTimestampSeconds || seconds > maxTimestampSeconds) {
    return { problem: "must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z" };
  }
  const fraction = text.slice(secondsEnd + 1, zoneStart);
  return secondsAndNanos(desc, BigInt(seconds), fraction === "" ? 0 : Number(fraction.padEnd(9, "0")));
}

function digitsAt(text: string, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}

const durationPattern = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;
// duration.proto: about 10,000 years.
const maxDurationSeconds = 315_576_000_000n;

function durationFromText(desc: DescMessage, text: string): Parsed<ReflectMessage> {
  const found = durationPattern.exec(text);
  if (found === null) return { problem: "expected seconds with up to nine decimals and an s, such as 1.5s" };
  const [, sign, whole = "0", fraction = ""] = found;
  const seconds = BigInt(whole);
  const nanos = Number(fraction.padEnd(9, "0"));
  if (seconds > maxDurationSeconds || (seconds === maxDurationSeconds && nanos > 0)) {
    return { problem: `must be within ${maxDurationSeconds} seconds` };
  }
  return sign === "-" ? secondsAndNanos(desc, -seconds, -nanos) : secondsAndNanos(desc, seconds, nanos);
}

function secondsAndNanos(desc: DescMessage, seconds: bigint, nanos: number): Parsed<ReflectMessage> {
  const message = reflect(desc, undefined, false);
  for (const field of desc.fields) {
    if (field.name === "seconds") message.set(field, seconds);
    // -0 is a number of its own to Object.is; a message holds plain zero.
    if (field.name === "nanos") message.set(field, nanos === 0 ? 0 : nanos);
  }
  return { value: message };
}

const maskPattern = /^(?:\*|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)$/;

/** Comma-separated paths, lowerCamel as ProtoJSON writes them or in proto names as AIP-161 does; `*` for all. */
function fieldMaskFromText(desc: DescMessage, text: string): Parsed<ReflectMessage> {
  const paths = text === "" ? [] : text.split(",");
  if (!paths.every((path) => maskPattern.test(path))) return { problem: "expected field paths separated by commas" };
  return { value: fieldMaskOf(desc, paths.map(toProtoName)) };
}

/** A FieldMask with the given paths, in proto names. */
export function fieldMaskOf(desc: DescMessage, paths: readonly string[]): ReflectMessage {
  const message = reflect(desc, undefined, false);
  for (const field of desc.fields) {
    if (field.fieldKind !== "list") continue;
    const list = message.get(field);
    for (const path of paths) list.add(path);
  }
  return message;
}

/** The paths of a FieldMask. */
export function pathsOf(mask: ReflectMessage): string[] {
  return mask.fields.flatMap((field) => (field.fieldKind === "list" ? [...mask.get(field)].map(String) : []));
}

function toProtoName(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
