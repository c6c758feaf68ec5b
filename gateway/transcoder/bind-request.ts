/** From a matched HTTP request to the request message of the call. */
import type { Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { readBytes, readJsonBody, requireNoBody } from "./body.ts";
import { httpBodyOf } from "./http-body.ts";
import type { JsonPath } from "./json-path.ts";
import { acceptsNull, readField, readMessage, readMessageValue, readValue } from "./json-reader.ts";
import { readJson } from "./json-text.ts";
import { isJsonObject, type Json, kindOf } from "./json-value.ts";
import { hasOwnForm } from "./own-form.ts";
import { decodeKeepingSlash, decodeText } from "./percent.ts";
import { bindQuery, parseQuery, type QueryRules } from "./query.ts";
import { note, type Reading, type ReadRules } from "./reading.ts";
import { addViolation, throwIfAny } from "./refusal.ts";
import { requireFields } from "./required-fields.ts";
import type { HeaderReader, RestRequest } from "./rest-message.ts";
import type { BoundHeader, BoundVariable, Route } from "./route.ts";
import { bindText, textFits, textToJson } from "./text-binding.ts";
import { presentPaths } from "./update-mask.ts";
import { fieldMaskOf } from "./well-known.ts";

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
  const bytes = await readJsonBody(request, rules.maxBodyBytes);
  if (bytes.length === 0) return bindMessage(matched, rules, undefined);
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
  const reading: Reading = { ...rules, violations: [] };
  if (content !== undefined) {
    if ("json" in content) bindBody(root, route, content.json, reading, at);
    else bindBytes(root, route, content.contentType, content.data);
  }
  bindAround(root, matched, rules, reading);
  requireFields(root, at, reading);
  throwIfAny(reading.violations);
  if (content !== undefined && "json" in content) implyMask(root, route, content.json);
  return root.message;
}

/** Makes sure of all that comes beside the body, which may not be there yet. @throws Refusal */
export function checkAround(matched: MatchedRequest, rules: BindRules): void {
  const reading: Reading = { ...rules, violations: [] };
  bindAround(reflect(matched.route.binding.method.input, undefined, false), matched, rules, reading);
  throwIfAny(reading.violations);
}

function bindAround(
  root: ReflectMessage,
  { request, route, segments, query }: MatchedRequest,
  rules: BindRules,
  reading: Reading,
): void {
  for (const bound of route.variables) bindVariable(root, bound, segments, rules, reading);
  if (query !== "") bindQuery(root, route, parseQuery(query, rules.maxQueryParameters), rules, reading);
  for (const bound of route.headers) bindHeader(root, bound, request.header, reading);
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

function bindVariable(
  root: ReflectMessage,
  bound: BoundVariable,
  segments: readonly string[],
  { fullyDecodeReservedExpansion }: BindRules,
  reading: Reading,
): void {
  const { variable, name, fields } = bound;
  const decode = variable.multiSegment && !fullyDecodeReservedExpansion ? decodeKeepingSlash : decodeText;
  // `**` stands for all segments that are left.
  const raw = segments.slice(variable.start, variable.reachesEnd ? undefined : variable.end);
  const text = raw.map((segment) => decode(segment) ?? segment).join("/"); // the router has refused what does not decode
  bindText(root, fields, text, name, reading);
}

/** A header fills a field that nothing else gave; given otherwise, both must agree. */
function bindHeader(root: ReflectMessage, { header, fields }: BoundHeader, from: HeaderReader, reading: Reading): void {
  const text = from.get(header);
  if (text === null || text === "") return;
  let message: ReflectMessage | undefined = root;
  for (const field of fields.slice(0, -1)) {
    message = field.fieldKind === "message" && message?.isSet(field) ? message.get(field) : undefined;
  }
  const last = fields.at(-1) ?? fields[0];
  if (message?.isSet(last)) {
    const at: JsonPath = { parent: undefined, key: header };
    const value = textFits(last, text, at, reading) ? readValue(last, textToJson(last, text), at, reading) : undefined;
    if (value !== undefined && value !== message.get(last)) {
      addViolation(
        reading.violations,
        "HEADER_AND_FIELD_CONFLICT",
        header,
        `differs from the field "${last.jsonName}"`,
      );
    }
    return;
  }
  bindText(root, fields, text, header, reading);
}

function implyMask(root: ReflectMessage, { body, impliedMask }: Route, json: Json): void {
  if (impliedMask === undefined || body.kind !== "field" || root.isSet(impliedMask)) return;
  if (body.field.fieldKind !== "message" || !isJsonObject(json)) return;
  const paths = presentPaths(body.field.message, json);
  if (paths.length > 0) root.set(impliedMask, fieldMaskOf(impliedMask.message, paths));
}
