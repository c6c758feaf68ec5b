/**
 * Sees quickly that a message keeps the rules of the contract. protovalidate, which says all about what does not, takes
 * several microseconds for each element of a batch; the few kinds of rules that batches are made of are checked here
 * first, read from the same descriptors, and whatever these checks do not know or do not like goes to protovalidate.
 */
import { type DescField, type DescMessage, getOption, hasOption, type Message } from "@bufbuild/protobuf";
import {
  type FieldRules,
  field as fieldRules,
  Ignore,
  message as messageRules,
  oneof as oneofRules,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/** True only for what certainly keeps its rules; false says nothing. */
export type PlainCheck = (value: unknown) => boolean;

const checks = new Map<DescMessage, PlainCheck>();

/** Whether a message certainly keeps every rule of its type. */
export function isPlainlyValid(desc: DescMessage, message: Message): boolean {
  return checkOf(desc)(message);
}

function checkOf(desc: DescMessage): PlainCheck {
  const known = checks.get(desc);
  if (known !== undefined) {
    return known;
  }
  // A type that holds itself finds this entry before its own check is made.
  checks.set(desc, (value) => checkOf(desc)(value));
  const made = messageCheck(desc);
  checks.set(desc, made);
  return made;
}

const unknown: PlainCheck = () => false;

function messageCheck(desc: DescMessage): PlainCheck {
  if (hasOption(desc, messageRules) || desc.oneofs.some((oneof) => hasOption(oneof, oneofRules))) {
    return unknown;
  }
  const fields = desc.fields.flatMap((field) => {
    const check = fieldCheck(field);
    return check === undefined ? [] : [{ name: field.localName, check }];
  });
  return (value) => {
    if (typeof value !== "object" || value === null) {
      return false;
    }
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index];
      if (field !== undefined && !field.check(Reflect.get(value, field.name))) {
        return false;
      }
    }
    return true;
  };
}

/** Undefined where a field cannot break a rule. */
function fieldCheck(field: DescField): PlainCheck | undefined {
  const rules = hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined;
  if (field.oneof !== undefined) {
    return rules === undefined && field.fieldKind !== "message" ? undefined : unknown;
  }
  if (rules !== undefined && (rules.cel.length > 0 || rules.celExpression.length > 0)) {
    return unknown;
  }
  switch (field.fieldKind) {
    case "scalar":
    case "enum":
      return rules === undefined ? undefined : unlessIgnored(rules, valueCheck(rules, field));
    case "message":
      return nestedCheck(checkOf(field.message), rules);
    case "list":
      return listCheck(field, rules);
    case "map":
      return mapCheck(field, rules);
  }
}

function unlessIgnored(rules: FieldRules, check: PlainCheck): PlainCheck {
  switch (rules.ignore) {
    case Ignore.UNSPECIFIED:
      return check;
    case Ignore.IF_ZERO_VALUE:
      return (value) => value === "" || value === 0 || value === 0n || check(value);
    default:
      return unknown;
  }
}

function nestedCheck(check: PlainCheck, rules: FieldRules | undefined): PlainCheck {
  if (rules === undefined) {
    return (value) => value === undefined || check(value);
  }
  const isKnown = rules.type.case === undefined && rules.ignore === Ignore.UNSPECIFIED;
  if (!isKnown) {
    return unknown;
  }
  return rules.required
    ? (value) => value !== undefined && check(value)
    : (value) => value === undefined || check(value);
}

function listCheck(field: DescField & { fieldKind: "list" }, rules: FieldRules | undefined): PlainCheck {
  const item = field.listKind === "message" ? checkOf(field.message) : undefined;
  let least = 0n;
  let most: bigint | undefined;
  let itemRule: PlainCheck | undefined;
  if (rules !== undefined) {
    const { type } = rules;
    if (type.case !== "repeated" || rules.ignore !== Ignore.UNSPECIFIED || rules.required || type.value.unique) {
      return unknown;
    }
    least = type.value.minItems;
    most = type.value.maxItems === 0n ? undefined : type.value.maxItems;
    if (type.value.items !== undefined) {
      itemRule = field.listKind === "scalar" ? scalarCheck(type.value.items) : unknown;
    }
  }
  return (value) => {
    if (!Array.isArray(value) || value.length < least || (most !== undefined && value.length > most)) {
      return false;
    }
    return (item === undefined || value.every(item)) && (itemRule === undefined || value.every(itemRule));
  };
}

/** Only that a map is empty is seen here: what it holds is rarely in a batch. */
function mapCheck(field: DescField & { fieldKind: "map" }, rules: FieldRules | undefined): PlainCheck | undefined {
  if (rules === undefined && field.mapKind !== "message") {
    return undefined;
  }
  const mayBeEmpty =
    rules === undefined ||
    (rules.type.case === "map" && rules.type.value.minPairs === 0n && !rules.required && rules.ignore === 0);
  return mayBeEmpty ? isEmptyObject : unknown;
}

function isEmptyObject(value: unknown): boolean {
  for (const _ in Object(value)) {
    return false;
  }
  return true;
}

function valueCheck(rules: FieldRules, field: DescField & { fieldKind: "scalar" | "enum" }): PlainCheck {
  if (rules.required || field.presence !== IMPLICIT_PRESENCE) {
    return unknown;
  }
  if (field.fieldKind === "enum") {
    const isDefinedOnly =
      rules.type.case === "enum" && onlySet(rules.type.value, ["definedOnly"]) && rules.type.value.definedOnly === true;
    const numbers = new Set<unknown>(field.enum.values.map(({ number }) => number));
    return isDefinedOnly ? (value) => numbers.has(value) : unknown;
  }
  return scalarCheck(rules);
}

/** features.field_presence of proto3 without `optional`. */
const IMPLICIT_PRESENCE = 2;
const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

function scalarCheck(rules: FieldRules): PlainCheck {
  const { type } = rules;
  switch (type.case) {
    case "string":
      return stringCheck(type.value);
    case "uint32":
    case "int32":
    case "int64":
    case "uint64":
      return numberCheck(type.value);
    default:
      return unknown;
  }
}

function stringCheck(rules: object): PlainCheck {
  const pattern: unknown = Reflect.get(rules, "pattern");
  if (isOneOf(rules, "uuid") && onlySet(rules, ["wellKnown"])) {
    return (value) => typeof value === "string" && UUID.test(value);
  }
  if (typeof pattern === "string" && isPortable(pattern) && onlySet(rules, ["pattern"])) {
    const expression = new RegExp(pattern, "u");
    return (value) => typeof value === "string" && expression.test(value);
  }
  return unknown;
}

/** Patterns are RE2's; of these characters both languages make the same. */
function isPortable(pattern: string): boolean {
  return /^\^[\w[\]{},-]*\$$/.test(pattern);
}

function isOneOf(rules: object, name: string): boolean {
  const wellKnown: unknown = Reflect.get(rules, "wellKnown");
  return typeof wellKnown === "object" && wellKnown !== null && Reflect.get(wellKnown, "case") === name;
}

type Bound = (value: number | bigint) => boolean;

function numberCheck(rules: object): PlainCheck {
  if (!onlySet(rules, ["greaterThan", "lessThan"])) {
    return unknown;
  }
  const least = boundOf(Reflect.get(rules, "greaterThan"));
  const most = boundOf(Reflect.get(rules, "lessThan"));
  return (value) => (typeof value === "number" || typeof value === "bigint") && least(value) && most(value);
}

function boundOf(bound: unknown): Bound {
  const name: unknown = typeof bound === "object" && bound !== null ? Reflect.get(bound, "case") : undefined;
  const limit: unknown = typeof bound === "object" && bound !== null ? Reflect.get(bound, "value") : undefined;
  if (name === undefined) {
    return () => true;
  }
  if (typeof limit !== "number" && typeof limit !== "bigint") {
    return () => false;
  }
  switch (name) {
    case "gt":
      return (value) => value > limit;
    case "gte":
      return (value) => value >= limit;
    case "lt":
      return (value) => value < limit;
    case "lte":
      return (value) => value <= limit;
    default:
      return () => false;
  }
}

/** Whether nothing but these members of a rules message is set: a rule that is not known here must not be passed over. */
function onlySet(rules: object, names: readonly string[]): boolean {
  return Object.entries(rules).every(([name, value]) => {
    if (name.startsWith("$") || names.includes(name)) {
      return name !== "$unknown";
    }
    const isOpenChoice = typeof value === "object" && value !== null && Reflect.get(value, "case") === undefined;
    return Array.isArray(value) ? value.length === 0 : isOpenChoice || value === undefined;
  });
}
