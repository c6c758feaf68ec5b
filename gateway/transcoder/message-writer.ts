/**
 * Writes messages as ProtoJSON text. For each type the work is planned once: names are quoted, enums are looked up and
 * the form of every field is decided, so that a message costs one call a field and no object between it and its text.
 */
import { type DescField, type DescMessage, getExtension, type Message, type Registry } from "@bufbuild/protobuf";
import type { Printing } from "./options.ts";
import { planValues, type ValuePlans, type WriteValue } from "./value-writer.ts";

/** Plans the writing of messages and of their fields. A plan is made at its first use and kept. */
export interface MessagePlans {
  message(desc: DescMessage): WriteValue<Message>;
  /** Of the one field of its message: its value even where that is the default, `null` where it is not set. */
  field(field: DescField): WriteValue<Message>;
}

/** `"name":value`, or nothing for a field that is left out. */
type WriteMember = (message: Message) => string;

// FeatureSet.FieldPresence.IMPLICIT of descriptor.proto.
const IMPLICIT = 2;

/** @param registry types of google.protobuf.Any, and extensions */
export function planMessages(registry: Registry, printing: Printing = {}): MessagePlans {
  const { protoNames = false, omitDefaults = false } = printing;
  const plans = new Map<DescMessage, WriteValue<Message>>();
  const values = planValues(registry, printing, messagePlan);
  return {
    message: messagePlan,
    field(field) {
      const write = values.ofField(field);
      const read = readerOf(field);
      return (message) => {
        const value = read(message);
        return value === undefined ? "null" : write(value);
      };
    },
  };

  function messagePlan(desc: DescMessage): WriteValue<Message> {
    const known = plans.get(desc);
    if (known !== undefined) return known;
    const own = values.ofOwnForm(desc);
    if (own !== undefined) {
      plans.set(desc, own);
      return own;
    }
    const members: WriteMember[] = [];
    const write: WriteValue<Message> = (message) => {
      let text = "";
      for (const member of members) {
        const part = member(message);
        if (part !== "") text += text === "" ? part : `,${part}`;
      }
      const { $unknown } = message;
      if ($unknown !== undefined) {
        const parts = extensionMembers(desc, message, registry, values);
        if (parts !== "") text += text === "" ? parts : `,${parts}`;
      }
      return `{${text}}`;
    };
    // Known before its fields are planned: a type may hold itself.
    plans.set(desc, write);
    for (const field of desc.fields.toSorted((a, b) => a.number - b.number)) members.push(memberPlan(field));
    return write;
  }

  function memberPlan(field: DescField): WriteMember {
    const name = `${JSON.stringify(protoNames ? field.name : field.jsonName)}:`;
    const write = values.ofField(field);
    const read = readerOf(field);
    const isLeftOut = omitDefaults ? defaultOf(field) : undefined;
    return (message) => {
      const value = read(message);
      return value === undefined || isLeftOut?.(value) === true ? "" : name + write(value);
    };
  }
}

/** The value of a field as protobuf-es keeps it; undefined where a field that has presence is not set. */
function readerOf(field: DescField): (message: Message) => unknown {
  const { localName, oneof } = field;
  if (oneof !== undefined) {
    const group = oneof.localName;
    return (message) => {
      const chosen: { case?: string; value?: unknown } = Reflect.get(message, group) ?? {};
      return chosen.case === localName ? chosen.value : undefined;
    };
  }
  if (field.presence === IMPLICIT || field.fieldKind === "list" || field.fieldKind === "map") {
    return (message) => (message as unknown as Record<string, unknown>)[localName];
  }
  // Defaults of proto2 stand on the prototype: a field is set where the message itself has it.
  return (message) => (Object.hasOwn(message, localName) ? Reflect.get(message, localName) : undefined);
}

/** Tells the values that `omitDefaults` leaves out; undefined for a field that is always written where it is set. */
function defaultOf(field: DescField): ((value: unknown) => boolean) | undefined {
  if (field.fieldKind === "list") return (value) => Array.isArray(value) && value.length === 0;
  if (field.fieldKind === "map") return (value) => Object.keys(Object(value)).length === 0;
  if (field.presence !== IMPLICIT || field.oneof !== undefined) return undefined;
  if (field.fieldKind === "enum") {
    const zero = field.enum.values[0]?.number;
    return (value) => value === zero;
  }
  // Not -0, which is a value of its own; "0" is a 64-bit integer that is kept as text.
  return (value) =>
    value instanceof Uint8Array
      ? value.length === 0
      : Object.is(value, 0) || value === 0n || value === "" || value === false || (value === "0" && isLong(field));
}

function isLong(field: DescField): boolean {
  return field.fieldKind === "scalar" && field.longAsString;
}

/** Unknown fields that are extensions, as `"[pkg.name]":value`. */
function extensionMembers(desc: DescMessage, message: Message, registry: Registry, values: ValuePlans): string {
  const numbers = new Set(message.$unknown?.map(({ no }) => no));
  const parts = [...numbers].flatMap((number) => {
    const extension = registry.getExtensionFor(desc, number);
    if (extension === undefined) return [];
    return [`${JSON.stringify(extension.jsonName)}:${values.ofField(extension)(getExtension(message, extension))}`];
  });
  return parts.join();
}
