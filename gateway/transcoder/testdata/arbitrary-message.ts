/** Messages of any type for properties, made from descriptors alone. */
import { type DescField, type DescMessage, fromJson, type Message, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { anyPack } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { shelfMessage } from "./load.ts";
import { parseJson } from "./parse-json.ts";

/** Any message of the type, such as a service may answer with; nested to `depth`. */
export function arbitraryMessage(desc: DescMessage, depth = 3): fc.Arbitrary<Message> {
  return special[desc.typeName]?.(desc) ?? ofFields(desc, depth);
}

type Setter = (message: ReflectMessage) => void;
const leave: fc.Arbitrary<Setter> = fc.constant(() => {});

function ofFields(desc: DescMessage, depth: number): fc.Arbitrary<Message> {
  const single = desc.fields.filter(({ oneof }) => oneof === undefined).map((field) => setter(field, depth));
  const groups = desc.oneofs
    .filter(({ fields }) => fields[0]?.oneof !== undefined)
    .map(({ fields }) => fc.oneof(leave, ...fields.map((field) => setter(field, depth))));
  return fc.tuple(...single, ...groups).map((setters) => {
    const message = reflect(desc);
    for (const set of setters) set(message);
    return message.message;
  });
}

function setter(field: DescField, depth: number): fc.Arbitrary<Setter> {
  const isRequired = field.presence === 3;
  if (depth === 0 && field.message !== undefined && !isRequired) return leave;
  const value = fieldValue(field, depth);
  if (field.fieldKind === "list") {
    return fc.array(value, { maxLength: 3 }).map((items) => (message) => {
      for (const item of items) message.get(field).add(item);
    });
  }
  if (field.fieldKind === "map") {
    return fc.array(fc.tuple(scalarOf(field.mapKey), value), { maxLength: 3 }).map((entries) => (message) => {
      // Objects with such a key are nothing that protobuf-es makes.
      for (const [key, item] of entries) if (key !== "__proto__") message.get(field).set(key, item);
    });
  }
  const set = value.map(
    (given): Setter =>
      (message) =>
        message.set(field, given),
  );
  return isRequired || field.oneof !== undefined
    ? set
    : fc.oneof({ weight: 1, arbitrary: leave }, { weight: 2, arbitrary: set });
}

function fieldValue(field: DescField, depth: number): fc.Arbitrary<unknown> {
  if (field.scalar !== undefined) return scalarOf(field.scalar);
  if (field.enum !== undefined) {
    const known = fc.constantFrom(...field.enum.values.map(({ number }) => number));
    // NullValue has one value, and JSON one null.
    const takesOthers = field.enum.open && field.enum.values.length > 1;
    return takesOthers ? fc.oneof(known, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })) : known;
  }
  const { message } = field;
  if (message === undefined) throw new Error("a field is a scalar, an enum or a message");
  return arbitraryMessage(message, depth - 1).map((value) => reflect(message, value));
}

const text = fc.string({ unit: "grapheme", maxLength: 8 });

function scalarOf(type: ScalarType): fc.Arbitrary<string | number | bigint | boolean | Uint8Array> {
  switch (type) {
    case ScalarType.STRING:
      return fc.oneof(text, fc.constantFrom('"', "\\", "\u2028", "\u0001\n", "</script>"));
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 9 });
    case ScalarType.FLOAT:
      return fc.float();
    case ScalarType.DOUBLE:
      return fc.double();
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return fc.nat({ max: 2 ** 32 - 1 });
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    default:
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  }
}

const nanos = fc.oneof(fc.constantFrom(0, 1, 1000, 120_000_000), fc.nat({ max: 999_999_999 }));
const json = fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes("__proto__"));

/** Types whose ProtoJSON form does not follow from their fields. */
const special: Readonly<Record<string, (desc: DescMessage) => fc.Arbitrary<Message>>> = {
  "google.protobuf.Timestamp": (desc) =>
    fc
      .tuple(fc.bigInt({ min: -62_135_596_800n, max: 253_402_300_799n }), nanos)
      .map(([seconds, fraction]) => withFields(desc, { seconds, nanos: fraction })),
  "google.protobuf.Duration": (desc) =>
    fc
      .tuple(fc.bigInt({ min: 0n, max: 315_576_000_000n }), nanos, fc.boolean())
      .map(([whole, fraction, isNegative]) => {
        // The longest has no fraction; -0 is not what a message holds.
        const rest = whole === 315_576_000_000n ? 0 : fraction;
        return withFields(desc, isNegative ? { seconds: -whole, nanos: 0 - rest } : { seconds: whole, nanos: rest });
      }),
  "google.protobuf.FieldMask": (desc) =>
    fc.array(fc.constantFrom("a", "foo_bar", "a.b_c.d"), { maxLength: 3 }).map((paths) => {
      const message = reflect(desc);
      for (const field of desc.fields)
        for (const path of paths) if (field.fieldKind === "list") message.get(field).add(path);
      return message.message;
    }),
  "google.protobuf.Struct": (desc) =>
    fc
      .dictionary(text, json, { maxKeys: 3 })
      .filter((value) => !("__proto__" in Object.assign(Object.create(null), value)))
      .map((value) => fromJson(desc, parseJson(JSON.stringify(value)))),
  "google.protobuf.Value": (desc) => json.map((value) => fromJson(desc, parseJson(JSON.stringify(value)))),
  "google.protobuf.ListValue": (desc) =>
    fc.array(json, { maxLength: 3 }).map((value) => fromJson(desc, parseJson(JSON.stringify(value)))),
  "google.protobuf.Any": () => {
    const nested = shelfMessage("Nested");
    return arbitraryMessage(nested, 1).map((message) => anyPack(nested, message));
  },
};

function withFields(desc: DescMessage, fields: Readonly<Record<string, unknown>>): Message {
  const message = reflect(desc);
  for (const field of desc.fields) message.set(field, fields[field.name]);
  return message.message;
}
