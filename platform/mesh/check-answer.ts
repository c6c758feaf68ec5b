/** Whether a vendor's answer says only what the contract knows: protobuf lets unknown enum values through. */
import type { DescField, DescMessage, Message, MessageShape } from "@bufbuild/protobuf";

type Check = (message: Message) => string | undefined;

const nothing: Check = () => undefined;
const checks = new WeakMap<DescMessage, Check>();

/** Path of the first enum value that the contract does not know; undefined where there is none. */
export function unknownValueIn<Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>): string | undefined {
  return checkOf(desc)(message);
}

/** Made once per message type; types without an enum, however deep, cost nothing. */
function checkOf(desc: DescMessage): Check {
  const before = checks.get(desc);
  if (before !== undefined) {
    return before;
  }
  // A type that holds itself meets this one while its own is being made.
  let made: Check = nothing;
  checks.set(desc, (message) => made(message));
  const fields = desc.fields.filter((field) => holdsEnum(field, new Set())).map(checkField);
  made =
    fields.length === 0
      ? nothing
      : (message) => {
          for (const check of fields) {
            const fault = check(message);
            if (fault !== undefined) {
              return fault;
            }
          }
          return undefined;
        };
  checks.set(desc, made);
  return made;
}

function checkField(field: DescField): Check {
  const check = valueCheck(field);
  const fault = (value: unknown, part: string) => {
    const found = check(value);
    return found === undefined ? undefined : `${field.name}${part}${found === "" ? "" : `.${found}`}`;
  };
  const readField = (message: Message): unknown => {
    if (field.oneof === undefined) {
      return Reflect.get(message, field.localName);
    }
    const choice: unknown = Reflect.get(message, field.oneof.localName);
    return isChoice(choice) && choice.case === field.localName ? choice.value : undefined;
  };
  return (message) => {
    const value = readField(message);
    if (value === undefined) {
      return undefined;
    }
    if (field.fieldKind === "list" || field.fieldKind === "map") {
      for (const [key, item] of Object.entries(value ?? {})) {
        const found = fault(item, `[${key}]`);
        if (found !== undefined) {
          return found;
        }
      }
      return undefined;
    }
    return fault(value, "");
  };
}

/** Checks one value of a field: "" where it is itself unknown, the path inside it where that is. */
function valueCheck(field: DescField): (value: unknown) => string | undefined {
  if ("enum" in field && field.enum !== undefined) {
    const known = new Set<unknown>(field.enum.values.map(({ number }) => number));
    return (value) => (known.has(value) ? undefined : "");
  }
  const check = "message" in field && field.message !== undefined ? checkOf(field.message) : nothing;
  return (value) => (isMessage(value) ? check(value) : undefined);
}

function holdsEnum(field: DescField, underWay: Set<DescMessage>): boolean {
  if ("enum" in field && field.enum !== undefined) {
    return true;
  }
  if (!("message" in field) || field.message === undefined || underWay.has(field.message)) {
    return false;
  }
  underWay.add(field.message);
  return field.message.fields.some((inner) => holdsEnum(inner, underWay));
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "$typeName" in value;
}

function isChoice(value: unknown): value is { readonly case: unknown; readonly value: unknown } {
  return typeof value === "object" && value !== null && "case" in value && "value" in value;
}
