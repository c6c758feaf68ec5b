/** Responses as ProtoJSON: lowerCamel names, defaults written out, 64-bit integers as strings, enums by name. */
import { type JsonValue, type Message, type Registry, toJson } from "@bufbuild/protobuf";
import type { Printing } from "./options.ts";
import type { Route } from "./route.ts";

/** Writes a response, or the one field of it that the rule names. */
export type JsonWriter = (route: Route, message: Message) => string;

/** Makes a writer. Clients see `0` and `[]`, not gaps: fields without presence are written unless told otherwise. */
export function createJsonWriter(registry: Registry, printing: Printing = {}): JsonWriter {
  const { protoNames = false, enumsAsNumbers = false, omitDefaults = false } = printing;
  const options = { registry, enumAsInteger: enumsAsNumbers, useProtoFieldName: protoNames };
  return ({ binding, responseField }, message) => {
    const write = (alwaysEmitImplicit: boolean) =>
      toJson(binding.method.output, message, { ...options, alwaysEmitImplicit });
    if (responseField === undefined) return JSON.stringify(write(!omitDefaults));
    const name = protoNames ? responseField.name : responseField.jsonName;
    // A response_body is written even where its value is the default: the answer must be JSON.
    return JSON.stringify(memberOf(write(!omitDefaults), name) ?? memberOf(write(true), name) ?? null);
  };
}

function memberOf(json: JsonValue, name: string): JsonValue | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? json[name] : undefined;
}
