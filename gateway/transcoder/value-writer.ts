/** Single values as ProtoJSON text. */
import {
  type DescEnum,
  type DescExtension,
  type DescField,
  type DescMessage,
  type Message,
  type Registry,
  ScalarType,
  toJson,
} from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { writeFloat, writeNumber } from "./number-text.ts";
import type { Printing } from "./options.ts";
import { createTextMessageWriter } from "./text-message-writer.ts";

/** Writes one value as protobuf-es keeps it in a message. */
export type WriteValue<T = unknown> = (value: T) => string;

/** Plans of values, by what they are declared as. */
export interface ValuePlans {
  /** Of a field that is set: one value, a list or a map. */
  ofField(field: DescField | DescExtension): WriteValue;
  /** Of a type whose ProtoJSON form is no object of its fields; undefined for the others. */
  ofOwnForm(desc: DescMessage): WriteValue<Message> | undefined;
}

/** The type of one value. */
type ValueType = Pick<DescField, "scalar" | "enum" | "message">;

/** @param messagePlan gives the plan of a message, which may still be in the making */
export function planValues(
  registry: Registry,
  { enumsAsNumbers = false, protoNames = false, omitDefaults = false }: Printing,
  messagePlan: (desc: DescMessage) => WriteValue<Message>,
): ValuePlans {
  return {
    ofField(field) {
      const write = valuePlan(field, field.fieldKind === "message" && field.oneof === undefined);
      if (field.fieldKind === "list") return (items) => writeList(items as readonly unknown[], write);
      if (field.fieldKind === "map") return (entries) => writeMap(entries as Record<string, unknown>, write);
      return write;
    },
    ofOwnForm,
  };

  function valuePlan(type: ValueType, mayBeUnwrapped: boolean): WriteValue {
    if (type.scalar !== undefined) return scalarPlan(type.scalar);
    if (type.enum !== undefined) return enumPlan(type.enum, enumsAsNumbers);
    if (type.message === undefined) throw new Error("a field is a scalar, an enum or a message");
    // protobuf-es keeps the Struct of a field as plain JSON, and the wrapper of a field as the value in it.
    if (type.message.typeName === "google.protobuf.Struct") return writePlainStruct;
    const wrapped = isWrapperDesc(type.message) ? type.message.fields[0].scalar : undefined;
    if (mayBeUnwrapped && wrapped !== undefined) return scalarPlan(wrapped);
    return messagePlan(type.message) as WriteValue;
  }

  function ofOwnForm(desc: DescMessage): WriteValue<Message> | undefined {
    if (isWrapperDesc(desc)) {
      const { scalar, localName } = desc.fields[0];
      const write = scalarPlan(scalar);
      return (message) => write(Reflect.get(message, localName));
    }
    const writeText = createTextMessageWriter(desc);
    if (writeText !== undefined) return writeText;
    if (!otherForms.has(desc.typeName)) return undefined;
    const options = { registry, enumAsInteger: enumsAsNumbers, useProtoFieldName: protoNames };
    return (message) => JSON.stringify(toJson(desc, message, { ...options, alwaysEmitImplicit: !omitDefaults }));
  }
}

/** What is rare enough to go by way of objects. */
const otherForms: ReadonlySet<string> = new Set([
  "google.protobuf.Any",
  "google.protobuf.ListValue",
  "google.protobuf.Struct",
  "google.protobuf.Value",
]);

function scalarPlan(type: ScalarType): WriteValue {
  switch (type) {
    case ScalarType.STRING:
      return (value) => writeString(String(value));
    case ScalarType.BOOL:
      return (value) => (value === true ? "true" : "false");
    case ScalarType.BYTES:
      return (value) => `"${toBuffer(value as Uint8Array).toString("base64")}"`;
    case ScalarType.FLOAT:
      return (value) => writeFloat(Number(value));
    case ScalarType.DOUBLE:
      return (value) => writeNumber(Number(value));
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return (value) => `"${value}"`;
    default:
      return (value) => `${value}`;
  }
}

// All but what a JSON string escapes: quotes, backslashes, control characters, and surrogates, which may stand alone.
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** Most strings stand as they are, and to see that takes less time than JSON.stringify. */
function writeString(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** By name; a number that has none as a number (ProtoJSON). */
function enumPlan(desc: DescEnum, asNumbers: boolean): WriteValue {
  if (desc.typeName === "google.protobuf.NullValue") return () => "null";
  if (asNumbers) return (value) => `${value}`;
  const names = new Map<unknown, string>();
  // Of an alias the first name counts.
  for (const { number, jsonName } of desc.values) if (!names.has(number)) names.set(number, JSON.stringify(jsonName));
  return (value) => names.get(value) ?? `${value}`;
}

function writeList(items: readonly unknown[], write: WriteValue): string {
  let text = "";
  for (const item of items) text += text === "" ? write(item) : `,${write(item)}`;
  return `[${text}]`;
}

function writeMap(entries: Record<string, unknown>, write: WriteValue): string {
  let text = "";
  for (const key of Object.keys(entries)) {
    const entry = `${JSON.stringify(key)}:${write(entries[key])}`;
    text += text === "" ? entry : `,${entry}`;
  }
  return `{${text}}`;
}

function writePlainStruct(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === "number" && !Number.isFinite(member)) throw new Error("a Struct holds no NaN or Infinity");
    return member;
  });
}
