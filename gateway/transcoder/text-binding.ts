/** Sets fields from text: variables of the path, parameters of the query, headers. */
import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import type { JsonPath } from "./json-path.ts";
import { hasOtherMember, readMapEntry, readValue } from "./json-reader.ts";
import { ExactNumber, type Json } from "./json-value.ts";
import { integerTextProblem } from "./numbers.ts";
import { jsonOfText, note, type Reading, type ValueType } from "./reading.ts";
import { isTextMessage } from "./well-known.ts";

/** A chain of fields, outermost first. All but the last are singular messages. */
export type FieldChain = readonly [DescField, ...DescField[]];

/** True for a type that one text can hold: scalars, enums, wrappers, Timestamp, Duration and FieldMask. */
export function holdsText(type: ValueType): boolean {
  return type.message === undefined || isTextMessage(type.message) || isWrapperDesc(type.message);
}

/**
 * Sets the last field of the chain, making the messages on the way. A list gets one more item.
 * What does not fit is noted under `name`, which is the field path as the client wrote it.
 *
 * @param mapKey text of the key, when the last field is a map
 */
export function bindText(
  root: ReflectMessage,
  chain: FieldChain,
  text: string,
  name: string,
  reading: Reading,
  mapKey?: string,
): void {
  const at: JsonPath = { parent: undefined, key: name };
  let message = root;
  for (const field of chain.slice(0, -1)) {
    const below = enter(message, field, at, reading);
    if (below === undefined) return;
    message = below;
  }
  const last = chain.at(-1) ?? chain[0];
  if (hasOtherMember(message, last, at, reading)) return;
  if (!textFits(last, text, at, reading)) return;
  const json = textToJson(last, text);
  if (last.fieldKind === "map") {
    readMapEntry(message, last, mapKey ?? "", json, at, reading);
    return;
  }
  const value = readValue(last, json, at, reading);
  if (value === undefined) return;
  if (last.fieldKind === "list") message.get(last).add(value);
  else message.set(last, value);
}

/** The message in a field, made if the field is not set. */
function enter(message: ReflectMessage, field: DescField, at: JsonPath, reading: Reading): ReflectMessage | undefined {
  if (field.fieldKind !== "message") throw new Error(`${field.toString()} is not a singular message`);
  if (hasOtherMember(message, field, at, reading)) return undefined;
  if (!message.isSet(field)) message.set(field, reflect(field.message, undefined, false));
  return message.get(field);
}

/** False, and noted, for what JSON could hold as a string but text does not say. */
export function textFits(type: ValueType, text: string, at: JsonPath, reading: Reading): boolean {
  const scalar = scalarOf(type);
  const problem = scalar === undefined ? undefined : integerTextProblem(scalar, text);
  if (problem !== undefined) note(reading, "FIELD_VALUE_INVALID", at, problem);
  return problem === undefined;
}

/** Text in the JSON form that a value of the type has, so that text and bodies are read by the same rules. */
export function textToJson(type: ValueType, text: string): Json {
  if (type.enum !== undefined) return /^-?\d+$/.test(text) ? new ExactNumber(text) : text;
  return jsonOfText(scalarOf(type) ?? ScalarType.STRING, text);
}

function scalarOf({ scalar, message }: ValueType): ScalarType | undefined {
  return scalar ?? (message && isWrapperDesc(message) ? message.fields[0].scalar : undefined);
}
