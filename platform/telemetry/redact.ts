/** Copies of messages without what the contract calls sensitive, for logs, traces and events. */
import {
  clearField,
  clone,
  type DescField,
  type DescMessage,
  getOption,
  type Message,
  type MessageShape,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { Sensitivity, sensitivity } from "#gen/malla/options/v1/options_pb.js";

/** Whether a field's value may leave for logs, traces and events. */
export function isSensitive(field: DescField): boolean {
  return getOption(field, sensitivity) !== Sensitivity.UNSPECIFIED;
}

/** A deep copy in which every sensitive field is unset, however deep it stands. */
export function withoutSensitive<Desc extends DescMessage>(
  desc: Desc,
  message: MessageShape<Desc>,
): MessageShape<Desc> {
  if (!holdsSensitive(desc)) {
    return message;
  }
  const copy = clone(desc, message);
  strip(desc, copy);
  return copy;
}

function strip(desc: DescMessage, message: Message): void {
  const reflected = reflect(desc, message);
  for (const field of desc.fields) {
    if (!reflected.isSet(field)) {
      continue;
    }
    if (isSensitive(field)) {
      clearField(message, field);
    } else if (field.fieldKind === "message") {
      strip(field.message, reflected.get(field).message);
    } else if (field.fieldKind === "list" && field.listKind === "message") {
      for (const item of reflected.get(field)) {
        if (typeof item === "object" && item !== null && "message" in item) {
          strip(field.message, item.message as Message);
        }
      }
    } else if (field.fieldKind === "map" && field.mapKind === "message") {
      for (const [, item] of reflected.get(field)) {
        if (typeof item === "object" && item !== null && "message" in item) {
          strip(field.message, item.message as Message);
        }
      }
    }
  }
}

const known = new Map<DescMessage, boolean>();

/** Whether a message of the type can hold anything sensitive; recursion through a type under way adds nothing. */
export function holdsSensitive(desc: DescMessage, underWay = new Set<DescMessage>()): boolean {
  const before = known.get(desc);
  if (before !== undefined || underWay.has(desc)) {
    return before ?? false;
  }
  underWay.add(desc);
  const holds = desc.fields.some(
    (field) =>
      isSensitive(field) ||
      ("message" in field && field.message !== undefined && holdsSensitive(field.message, underWay)),
  );
  underWay.delete(desc);
  if (underWay.size === 0 || holds) {
    known.set(desc, holds);
  }
  return holds;
}
