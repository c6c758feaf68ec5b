/** Where two vendors' answers to one request differ, leaving out what vendors that are both right may differ in. */
import { type DescField, type DescMessage, getOption, type MessageShape } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { stringify } from "safe-stable-stringify";
import { is_vendor_specific } from "#gen/malla/options/v1/options_pb.js";
import { isSensitive } from "../telemetry/redact.ts";

/** A field with two values, as text; both empty where the contract calls it sensitive. */
export interface Difference {
  /** Path in proto names. */
  readonly path: string;
  readonly value: string;
  readonly shadowValue: string;
}

/** Most differences told of one pair, and longest text of a value: a report is for a person to read. */
const MAX_DIFFERENCES = 64;
const MAX_TEXT = 200;

/** Compares field by field; lists by position. */
export function differencesBetween<Desc extends DescMessage>(
  desc: Desc,
  one: MessageShape<Desc>,
  other: MessageShape<Desc>,
): Difference[] {
  const found: Difference[] = [];
  compareMessages(reflect(desc, one), reflect(desc, other), "", false, found);
  return found.slice(0, MAX_DIFFERENCES);
}

function compareMessages(
  one: ReflectMessage,
  other: ReflectMessage,
  prefix: string,
  isHidden: boolean,
  found: Difference[],
): void {
  for (const field of one.fields) {
    if (getOption(field, is_vendor_specific)) {
      continue;
    }
    const path = `${prefix}${field.name}`;
    const hidden = isHidden || isSensitive(field);
    if (one.isSet(field) !== other.isSet(field)) {
      tell(
        found,
        path,
        hidden,
        one.isSet(field) ? one.get(field) : undefined,
        other.isSet(field) ? other.get(field) : undefined,
      );
    } else if (one.isSet(field)) {
      compareValues(field, one.get(field), other.get(field), path, hidden, found);
    }
  }
}

function compareValues(
  field: DescField,
  one: unknown,
  other: unknown,
  path: string,
  hidden: boolean,
  found: Difference[],
): void {
  if (isReflected(one) && isReflected(other)) {
    compareMessages(one, other, `${path}.`, hidden, found);
    return;
  }
  if (field.fieldKind === "list" || field.fieldKind === "map") {
    const [ones, others] = [entriesOf(one), entriesOf(other)];
    for (const key of new Set([...ones.keys(), ...others.keys()])) {
      const [a, b] = [ones.get(key), others.get(key)];
      if (isReflected(a) && isReflected(b)) {
        compareMessages(a, b, `${path}[${key}].`, hidden, found);
      } else if (textOf(a) !== textOf(b)) {
        tell(found, `${path}[${key}]`, hidden, a, b);
      }
    }
    return;
  }
  if (textOf(one) !== textOf(other)) {
    tell(found, path, hidden, one, other);
  }
}

function entriesOf(value: unknown): Map<string, unknown> {
  return isIterable(value) && isKeyed(value)
    ? new Map([...value.entries()].map(([key, item]) => [String(key), item]))
    : new Map();
}

function tell(found: Difference[], path: string, hidden: boolean, one: unknown, other: unknown): void {
  // A message that only one of them has may hold what is sensitive: that it is there says enough.
  const text = (value: unknown) => {
    if (hidden) {
      return "";
    }
    return isReflected(value) || (isIterable(value) && typeof value !== "string")
      ? "(present)"
      : textOf(value).slice(0, MAX_TEXT);
  };
  found.push({ path: path.slice(0, MAX_TEXT), value: text(one), shadowValue: text(other) });
}

function textOf(value: unknown): string {
  if (value === undefined) {
    return "(absent)";
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString("base64");
  }
  return typeof value === "bigint" ? String(value) : (stringify(isReflected(value) ? value.message : value) ?? "");
}

function isReflected(value: unknown): value is ReflectMessage {
  return typeof value === "object" && value !== null && "desc" in value && "message" in value;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function isKeyed(value: object): value is { entries(): Iterable<[unknown, unknown]> } {
  return "entries" in value;
}
