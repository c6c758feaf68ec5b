/** Writes a file descriptor back as .proto source, for dependencies that npm carries only in compiled form. */
import {
  type DescEnum,
  type DescExtension,
  type DescField,
  type DescFile,
  type DescMessage,
  getExtension,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";

/**
 * Prints a proto2 or proto3 file. Comments are not in a descriptor, so they are lost; of the options, file options and
 * those extensions that are given in `options` are kept.
 */
export function printProto(file: DescFile, options: readonly DescExtension[]): string {
  const syntax = file.edition === 999 ? "proto3" : "proto2";
  const body = [
    ...file.messages.map((message) => printMessage(message, options, syntax)),
    ...file.enums.map(printEnum),
    ...file.extensions.map((extension) => printExtension(extension)),
  ];
  const fileOptions = Object.entries(file.proto.options ?? {})
    .filter(([key, value]) => !key.startsWith("$") && typeof value === "string" && value !== "")
    .map(([key, value]) => `option ${snakeCase(key)} = ${JSON.stringify(value)};`);
  return [
    `syntax = "${syntax}";`,
    `package ${file.proto.package};`,
    ...file.dependencies.map((dependency) => `import "${dependency.proto.name}";`),
    ...fileOptions,
    ...body,
    "",
  ].join("\n");
}

function printMessage(message: DescMessage, options: readonly DescExtension[], syntax: string): string {
  const lines = [
    ...message.nestedMessages
      .filter((nested) => nested.proto.options?.mapEntry !== true)
      .map((nested) => printMessage(nested, options, syntax)),
    ...message.nestedEnums.map(printEnum),
    ...message.fields.filter((field) => field.oneof === undefined).map((field) => printField(field, options, syntax)),
    ...message.oneofs.map(
      (oneof) =>
        `oneof ${oneof.name} {\n${oneof.fields.map((field) => printField(field, options, syntax, true)).join("\n")}\n}`,
    ),
    ...message.proto.reservedRange.map(({ start, end }) => `reserved ${start} to ${(end ?? 0) - 1};`),
    ...message.proto.reservedName.map((name) => `reserved ${JSON.stringify(name)};`),
    ...message.proto.extensionRange.map(
      ({ start, end }) => `extensions ${start} to ${(end ?? 0) > 536_870_911 ? "max" : (end ?? 0) - 1};`,
    ),
  ];
  return `message ${message.name} {\n${lines.join("\n")}\n}`;
}

function printField(field: DescField, options: readonly DescExtension[], syntax: string, inOneof = false): string {
  const explicit = field.presence === FeatureSet_FieldPresence.EXPLICIT;
  const label =
    field.fieldKind === "map" || inOneof
      ? ""
      : field.fieldKind === "list"
        ? "repeated "
        : syntax === "proto2" || (explicit && field.fieldKind !== "message")
          ? "optional "
          : "";
  const set = options.flatMap((option) => {
    if (!field.proto.options?.$unknown?.some((unknown) => unknown.no === option.number)) {
      return [];
    }
    const value: unknown = getExtension(field.proto.options, option);
    return option.message === undefined
      ? []
      : [`(${option.typeName}) = ${textFormat(option.message, value as Message)}`];
  });
  return `${label}${typeOf(field)} ${field.name} = ${field.number}${set.length > 0 ? ` [${set.join(", ")}]` : ""};`;
}

function printExtension(extension: DescExtension): string {
  const label = extension.fieldKind === "list" ? "repeated " : "optional ";
  return `extend .${extension.extendee.typeName} { ${label}${typeOf(extension)} ${extension.name} = ${extension.number}; }`;
}

function printEnum(desc: DescEnum): string {
  const alias = desc.proto.options?.allowAlias === true ? "option allow_alias = true;\n" : "";
  return `enum ${desc.name} {\n${alias}${desc.values.map((value) => `${value.name} = ${value.number};`).join("\n")}\n}`;
}

function typeOf(field: DescField | DescExtension): string {
  if (field.fieldKind === "map") {
    return `map<${scalarName(field.mapKey)}, ${named(field.message ?? field.enum, field.scalar)}>`;
  }
  return named(field.message ?? field.enum, field.scalar);
}

function named(type: DescMessage | DescEnum | undefined, scalar: ScalarType | undefined): string {
  return type === undefined ? scalarName(scalar ?? ScalarType.STRING) : `.${type.typeName}`;
}

function scalarName(scalar: ScalarType): string {
  return ScalarType[scalar].toLowerCase();
}

/** Protobuf text format of a message, on one line. */
function textFormat(desc: DescMessage, message: Message): string {
  const reflected = reflect(desc, message);
  const parts = desc.fields
    .filter((field) => reflected.isSet(field))
    .flatMap((field) =>
      field.fieldKind === "list"
        ? [...reflected.get(field)].map((value) => `${field.name}: ${textValue(value)}`)
        : [`${field.name}: ${textValue(reflected.get(field))}`],
    );
  return `{ ${parts.join(" ")} }`;
}

function textValue(value: unknown): string {
  if (typeof value === "object" && value !== null && "desc" in value && "message" in value) {
    const nested = value as ReflectMessage;
    return textFormat(nested.desc, nested.message);
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
