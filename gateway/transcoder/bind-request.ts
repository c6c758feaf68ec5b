/** From a matched HTTP request to the request message of the call. */
import type { Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { bindAround } from "./bind-around.ts";
import { readBytes, requireJsonBody, requireNoBody } from "./body.ts";
import { httpBodyOf } from "./http-body.ts";
import type { JsonPath } from "./json-path.ts";
import { acceptsNull, readField, readMessage, readMessageValue } from "./json-reader.ts";
import { readJson } from "./json-text.ts";
import { isJsonObject, type Json, kindOf } from "./json-value.ts";
import { hasOwnForm } from "./own-form.ts";
import type { QueryRules } from "./query.ts";
import { note, type Reading, type ReadRules, startReading } from "./reading.ts";
import { throwIfAny } from "./refusal.ts";
import { requireFields } from "./required-fields.ts";
import type { RestRequest } from "./rest-message.ts";
import type { Route } from "./route.ts";
import { presentPaths, protoPath } from "./update-mask.ts";
import { fieldMaskOf, pathsOf } from "./well-known.ts";

/** How requests are read. */
export interface BindRules extends ReadRules, QueryRules {
  readonly maxBodyBytes: number;
  readonly maxJsonValues: number;
  readonly maxMessages: number;
  /** Decode `%2F` in variables of several segments too. */
  readonly fullyDecodeReservedExpansion: boolean;
}

/** A request and where it matched. */
export interface MatchedRequest {
  readonly request: RestRequest;
  readonly route: Route;
  /** Raw path segments, without the verb. */
  readonly segments: readonly string[];
  /** Without the `?`; empty for none. */
  readonly query: string;
}

/**
 * Makes the request message of a call that has one.
 *
 * @throws Refusal for whatever the client got wrong, all violations in one
 */
export async function bindRequest(matched: MatchedRequest, rules: BindRules): Promise<Message> {
  const { request, route } = matched;
  if (route.body.kind === "none") {
    await requireNoBody(request);
    return bindMessage(matched, rules, undefined);
  }
  if (route.hasRawBody) {
    const data = await readBytes(request, rules.maxBodyBytes);
    return bindMessage(matched, rules, { contentType: request.header.get("content-type") ?? "", data });
  }
  const bytes = await readBytes(request, rules.maxBodyBytes);
  if (bytes.length === 0) return bindMessage(matched, rules, undefined);
  requireJsonBody(request);
  return bindMessage(matched, rules, { json: readJson(bytes, rules.maxDepth, rules.maxJsonValues) });
}

/** What a body gave: JSON, or bytes of a type. */
export type Content = { readonly json: Json } | { readonly contentType: string; readonly data: Uint8Array };

/**
 * Makes one message: the body first, then path, query and headers, then an implied mask.
 *
 * @param at where the JSON stands in a stream of values
 * @throws Refusal
 */
export function bindMessage(
  matched: MatchedRequest,
  rules: BindRules,
  content: Content | undefined,
  at?: JsonPath,
): Message {
  const { route } = matched;
  const root = reflect(route.binding.method.input, undefined, false);
  const reading = startReading(rules);
  if (content !== undefined) {
    if ("json" in content) bindBody(root, route, content.json, reading, at);
    else bindBytes(root, route, content.contentType, content.data);
  }
  bindAround(root, matched, rules, reading);
  requireFields(root, at, reading);
  throwIfAny(reading.violations);
  if (content !== undefined && "json" in content) settleMask(root, route, content.json);
  return root.message;
}

/** Makes sure of all that comes beside the body, which may not be there yet. @throws Refusal */
export function checkAround(matched: MatchedRequest, rules: BindRules): void {
  const reading = startReading(rules);
  bindAround(reflect(matched.route.binding.method.input, undefined, false), matched, rules, reading);
  throwIfAny(reading.violations);
}

/** Bytes as they are: as the request itself, or as its body field. */
function bindBytes(root: ReflectMessage, { body }: Route, contentType: string, data: Uint8Array): void {
  if (body.kind === "field" && body.field.fieldKind === "message") {
    root.set(body.field, reflect(body.field.message, httpBodyOf(body.field.message, contentType, data), false));
  } else {
    Object.assign(root.message, { contentType, data });
  }
}

function bindBody(
  root: ReflectMessage,
  { body, pathFields }: Route,
  json: Json,
  reading: Reading,
  at: JsonPath | undefined,
): void {
  if (body.kind === "none") return;
  if (body.kind === "field") {
    const { field } = body;
    // The client wrote the value alone; the path still starts at the request, as the violations of services do.
    if (json !== null || acceptsNull(field)) {
      readField(root, field, json, { parent: at, key: field.jsonName }, reading, pathFields.get(field));
    }
  } else if (hasOwnForm(root.desc)) {
    // A request of a well-known type is written as that type is, not as an object of its fields.
    const read = readMessageValue(root.desc, json, at ?? { parent: undefined, key: "" }, reading);
    if (read !== undefined) Object.assign(root.message, read.message);
  } else if (isJsonObject(json)) {
    readMessage(root, json, at, reading, pathFields);
  } else {
    note(reading, "FIELD_TYPE_INVALID", at, `expected an object as body, got ${kindOf(json)}`);
  }
}

/** A mask that is given is spelled as the protos do; one that is not is implied. */
function settleMask(root: ReflectMessage, { body, impliedMask, pathFields }: Route, json: Json): void {
  if (impliedMask === undefined || body.kind !== "field" || body.field.fieldKind !== "message") return;
  const desc = body.field.message;
  if (root.isSet(impliedMask)) {
    const paths = pathsOf(root.get(impliedMask));
    root.set(
      impliedMask,
      fieldMaskOf(
        impliedMask.message,
        paths.map((path) => protoPath(desc, path)),
      ),
    );
    return;
  }
  if (!isJsonObject(json)) return;
  const paths = presentPaths(desc, json, pathFields.get(body.field));
  if (paths.length > 0) root.set(impliedMask, fieldMaskOf(impliedMask.message, paths));
}
