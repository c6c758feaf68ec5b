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

const timestampPattern =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const daySeconds = 86_400;
// timestamp.proto: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, in seconds of the Unix epoch.
const [minTimestampSeconds, maxTimestampSeconds] = [-62_135_596_800, 253_402_300_799];

/** RFC 3339 with a zone, up to nanoseconds, days that exist only (Date.parse would take 30 February for 1 March). */
function timestampFromText(desc: DescMessage, text: string): Parsed<ReflectMessage> {
  const problem = "expected an RFC 3339 time with a zone, such as 2024-01-31T12:00:00Z";
  const found = timestampPattern.exec(text);
  if (found === null) return { problem };
  const [, year, month, day, hour, minute, second, fraction = "", sign, zoneHours = 0, zoneMinutes = 0] = found;
  const days = daysOfDate(Number(year), Number(month), Number(day));
  if (days === undefined) return { problem };
  const zoneSeconds = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60 * (sign === "-" ? -1 : 1);
  const timeSeconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  const seconds = days * daySeconds + timeSeconds - zoneSeconds;
  if (seconds < minTimestampSeconds || seconds > maxTimestampSeconds) {
    return { problem: "must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z" };
  }
  return secondsAndNanos(desc, BigInt(seconds), Number(fraction.padEnd(9, "0")));
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

function toProtoName(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
