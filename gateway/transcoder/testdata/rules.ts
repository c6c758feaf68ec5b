/** Services made from HTTP rules written in a test. */
import { create, createFileRegistry, type DescService, type MessageInitShape, setExtension } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  type MethodDescriptorProto,
  MethodDescriptorProtoSchema,
  MethodOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import { http } from "#gen/google/api/annotations_pb.js";
import { HttpRuleSchema } from "#gen/google/api/http_pb.js";
import { shelfFiles } from "./load.ts";

/** An HTTP rule. */
export type RuleInit = MessageInitShape<typeof HttpRuleSchema>;

/** A method with a rule. Types are messages of shelf.proto; Everything when not told. */
export interface MethodInit {
  readonly rule: RuleInit;
  readonly input?: string;
  readonly output?: string;
  readonly clientStreaming?: boolean;
  readonly serverStreaming?: boolean;
}

/** A service `rules.v1.Rules` with the given methods. */
export function serviceOf(methods: Readonly<Record<string, MethodInit>>): DescService {
  const file = create(FileDescriptorProtoSchema, {
    name: "rules.proto",
    package: "rules.v1",
    syntax: "proto3",
    dependency: ["shelf.proto"],
    service: [{ name: "Rules", method: Object.entries(methods).map(([name, init]) => methodOf(name, init)) }],
  });
  const service = createFileRegistry(file, (name) => shelfFiles().getFile(name)).getService("rules.v1.Rules");
  if (service === undefined) throw new Error("the service was not made");
  return service;
}

function methodOf(name: string, init: MethodInit): MethodDescriptorProto {
  const options = create(MethodOptionsSchema);
  setExtension(options, http, create(HttpRuleSchema, init.rule));
  return create(MethodDescriptorProtoSchema, {
    name,
    inputType: `.shelf.v1.${init.input ?? "Everything"}`,
    outputType: `.shelf.v1.${init.output ?? "Everything"}`,
    clientStreaming: init.clientStreaming ?? false,
    serverStreaming: init.serverStreaming ?? false,
    options,
  });
}
