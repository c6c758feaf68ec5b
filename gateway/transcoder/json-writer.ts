/** Responses as ProtoJSON: lowerCamel names, defaults written out, 64-bit integers as strings, enums by name. */
import { type JsonValue, type Message, type Registry, toJson } from "@bufbuild/protobuf";
import type { Route } from "./route.ts";

/** Writes a response, or the one field of it that the rule names. */
export type JsonWriter = (route: Route, message: Message) => string;

/** Makes a writer. Clients see `0` and `[]`, not gaps: fields without presence are always written. */
export function createJsonWriter(registry: Registry): JsonWriter {
  return ({ binding, responseField }, message) => {
    const json = toJson(binding.method.output, message, { registry, alwaysEmitImplicit: true });
    return JSON.stringify(responseField === undefined ? json : (memberOf(json, responseField.jsonName) ?? null));
  };
}

function memberOf(json: JsonValue, name: string): JsonValue | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? json[name] : undefined;
}
