/** Messages and methods written in a test. */
import {
  create,
  createFileRegistry,
  type DescMessage,
  type FileRegistry,
  type MessageInitShape,
  setExtension,
} from "@bufbuild/protobuf";
import {
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { FieldRulesSchema, field as fieldRules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type FieldBehavior, field_behavior } from "#gen/google/api/field_behavior_pb.js";

/** A field: a scalar or, with `typeName`, an enum or message. */
export interface FieldInit {
  readonly type: Exclude<keyof typeof Type, number>;
  readonly typeName?: string;
  readonly isRepeated?: boolean;
  readonly rules?: MessageInitShape<typeof FieldRulesSchema>;
  readonly behavior?: readonly FieldBehavior[];
}

const imported = [
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
];

/** Files with a message `test.v1.Sample` of the given fields, and an enum `test.v1.Colour`. */
export function filesWith(fields: Readonly<Record<string, FieldInit>>): FileRegistry {
  const file = create(FileDescriptorProtoSchema, {
    name: "test/v1/sample.proto",
    package: "test.v1",
    syntax: "proto3",
    dependency: imported.map(({ proto }) => proto.name),
    enumType: [
      {
        name: "Colour",
        value: ["COLOUR_UNSPECIFIED", "COLOUR_RED", "COLOUR_BLUE"].map((name, number) => ({ name, number })),
      },
    ],
    messageType: [
      {
        name: "Sample",
        field: Object.entries(fields).map(([name, init], index) => fieldProto(name, index + 1, init)),
      },
    ],
  });
  return createFileRegistry(file, (name) => imported.find(({ proto }) => proto.name === name));
}

/** The message of {@link filesWith}. */
export function sampleOf(files: FileRegistry): DescMessage {
  const message = files.getMessage("test.v1.Sample");
  if (message === undefined) throw new Error("the message was not made");
  return message;
}

function fieldProto(name: string, number: number, init: FieldInit) {
  const options = create(FieldOptionsSchema);
  if (init.rules !== undefined) setExtension(options, fieldRules, create(FieldRulesSchema, init.rules));
  if (init.behavior !== undefined) setExtension(options, field_behavior, [...init.behavior]);
  return create(FieldDescriptorProtoSchema, {
    name,
    number,
    options,
    type: Type[init.type],
    label: init.isRepeated === true ? Label.REPEATED : Label.OPTIONAL,
    jsonName: name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    ...(init.typeName === undefined ? {} : { typeName: `.${init.typeName}` }),
  });
}
