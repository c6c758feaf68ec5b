/** Random messages by their descriptors alone: what a server may answer, whatever a schema says. */
import { type DescEnum, type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";

type Set = (message: ReflectMessage) => void;

const maxDepth = 3;

/** Messages of a type. */
export function messagesOf(desc: DescMessage): fc.Arbitrary<Message> {
  return reflectedOf(desc, 0).map(({ message }) => message);
}

function reflectedOf(desc: DescMessage, depth: number): fc.Arbitrary<ReflectMessage> {
  const range = rangesByType[desc.typeName];
  const setters = desc.fields
    .filter((field) => depth < maxDepth || field.message === undefined)
    .map((field) => {
      const needed = field.presence === Presence.LEGACY_REQUIRED || desc.typeName === "google.protobuf.Value";
      const values = range?.[field.name] ?? setterOf(field, depth);
      return needed ? values : fc.option(values, { nil: undefined });
    });
  return fc.tuple(...setters).map((sets) => {
    const message = reflect(desc);
    for (const set of sets) set?.(message);
    return message;
  });
}

function setterOf(field: DescField, depth: number): fc.Arbitrary<Set> {
  const values = valuesOf(field, depth);
  switch (field.fieldKind) {
    case "list":
      return fc.array(values, { maxLength: 2 }).map((items) => (message) => {
        for (const item of items) message.get(field).add(item);
      });
    case "map":
      return fc.array(fc.tuple(scalars[field.mapKey], values), { maxLength: 2 }).map((entries) => (message) => {
        for (const [key, value] of entries) message.get(field).set(key, value);
      });
    default:
      return values.map((value) => (message) => message.set(field, value));
  }
}

function valuesOf(type: DescField, depth: number): fc.Arbitrary<unknown> {
  if (type.message !== undefined) return reflectedOf(type.message, depth + 1);
  return type.enum === undefined ? scalars[type.scalar] : numbersOf(type.enum);
}

/** Numbers that have a name: the document speaks of those. */
function numbersOf({ values }: DescEnum): fc.Arbitrary<number> {
  return fc.constantFrom(...values.map(({ number }) => number));
}

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
// The name of a map's key that JavaScript takes for the prototype is lost in toJson.
const text = fc.string({ unit: "binary", maxLength: 5 }).filter((each) => each !== "__proto__");

const scalars: Readonly<Record<ScalarType, fc.Arbitrary<unknown>>> = {
  [ScalarType.DOUBLE]: fc.double(),
  [ScalarType.FLOAT]: fc.float(),
  [ScalarType.INT32]: int32,
  [ScalarType.SINT32]: int32,
  [ScalarType.SFIXED32]: int32,
  [ScalarType.UINT32]: uint32,
  [ScalarType.FIXED32]: uint32,
  [ScalarType.INT64]: int64,
  [ScalarType.SINT64]: int64,
  [ScalarType.SFIXED64]: int64,
  [ScalarType.UINT64]: uint64,
  [ScalarType.FIXED64]: uint64,
  [ScalarType.BOOL]: fc.boolean(),
  [ScalarType.STRING]: text,
  [ScalarType.BYTES]: fc.uint8Array({ maxLength: 5 }),
};

/** Fields of types of google.protobuf that hold less than their scalar does. */
const rangesByType: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<Set>>>>> = {
  "google.protobuf.Timestamp": {
    seconds: setterTo("seconds", fc.bigInt({ min: -62_135_596_800n, max: 253_402_300_799n })),
    nanos: setterTo("nanos", fc.integer({ min: 0, max: 999_999_999 })),
  },
  "google.protobuf.Duration": {
    seconds: setterTo("seconds", fc.bigInt({ min: 0n, max: 315_576_000_000n })),
    nanos: setterTo("nanos", fc.integer({ min: 0, max: 999_999_999 })),
  },
  "google.protobuf.FieldMask": {
    paths: fc.constantFrom("name", "node.label").map((path) => (message) => {
      for (const field of message.desc.fields) if (field.fieldKind === "list") message.get(field).add(path);
    }),
  },
  // What an Any holds must be a type that is known; an empty one is `{}`.
  "google.protobuf.Any": { type_url: fc.constant(() => {}), value: fc.constant(() => {}) },
  "google.protobuf.Value": {
    number_value: setterTo("number_value", fc.double({ noNaN: true, noDefaultInfinity: true })),
    struct_value: fc.constant(() => {}),
    list_value: fc.constant(() => {}),
  },
};

function setterTo(name: string, values: fc.Arbitrary<unknown>): fc.Arbitrary<Set> {
  return values.map((value) => (message) => {
    const field = message.desc.fields.find((each) => each.name === name);
    if (field !== undefined) message.set(field, value);
  });
}
