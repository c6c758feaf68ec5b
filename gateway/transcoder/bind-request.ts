/** From a matched HTTP request to the request message of the call. */
import type { Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { readJsonBody, requireNoBody } from "./body.ts";
import { readField, readMessage, readValue } from "./json-reader.ts";
import { readJson } from "./json-text.ts";
import { isJsonObject, type Json, kindOf } from "./json-value.ts";
import { decodeKeepingSlash, decodeText } from "./percent.ts";
import { bindQuery, parseQuery } from "./query.ts";
import type { Reading, ReadRules } from "./reading.ts";
import { addViolation, throwIfAny } from "./refusal.ts";
import type { RestRequest } from "./rest-message.ts";
import type { BoundHeader, BoundVariable, Route } from "./route.ts";
import { bindText, textToJson } from "./text-binding.ts";
import { presentPaths } from "./update-mask.ts";
import { fieldMaskOf } from "./well-known.ts";

/** How requests are read. */
export interface BindRules extends ReadRules {
  readonly maxBodyBytes: number;
  readonly ignoredQueryParameters: ReadonlySet<string>;
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
 * Makes the request message: the body first, then path, query and headers, then an implied mask.
 *
 * @throws Refusal for whatever the client got wrong, all violations in one
 */
export async function bindRequest(matched: MatchedRequest, rules: BindRules): Promise<Message> {
  const { request, route, segments, query } = matched;
  const root = reflect(route.binding.method.input, undefined, false);
  const reading: Reading = { ...rules, violations: [] };
  const body = await readBody(request, route, rules);
  if (body !== undefined) bindBody(root, route, body, reading);
  for (const bound of route.variables) bindVariable(root, bound, segments, reading);
  if (query !== "") bindQuery(root, route, parseQuery(query), rules.ignoredQueryParameters, reading);
  for (const bound of route.headers) bindHeader(root, bound, request.header, reading);
  throwIfAny(reading.violations);
  if (body !== undefined) implyMask(root, route, body);
  return root.message;
}

/** The JSON of the body; undefined when none was sent. */
async function readBody(request: RestRequest, route: Route, rules: BindRules): Promise<Json | undefined> {
  if (route.body.kind === "none") {
    await requireNoBody(request);
    return undefined;
  }
  const bytes = await readJsonBody(request, rules.maxBodyBytes);
  return bytes.length === 0 ? undefined : readJson(bytes, rules.maxDepth);
}

function bindBody(root: ReflectMessage, { body, pathFields }: Route, json: Json, reading: Reading): void {
  if (body.kind === "none") return;
  if (body.kind === "field") {
    const { field } = body;
    // The client wrote the value alone; the path still starts at the request, as the violations of services do.
    if (json !== null) {
      readField(root, field, json, { parent: undefined, key: field.jsonName }, reading, pathFields.get(field));
    }
  } else if (isJsonObject(json)) {
    readMessage(root, json, undefined, reading, pathFields);
  } else {
    addViolation(reading.violations, "FIELD_TYPE_INVALID", "", `expected an object as body, got ${kindOf(json)}`);
  }
}

function bindVariable(root: ReflectMessage, bound: BoundVariable, segments: readonly string[], reading: Reading): void {
  const { variable, name, fields } = bound;
  const decode = variable.multiSegment ? decodeKeepingSlash : decodeText;
  // `**` stands for all segments that are left.
  const raw = segments.slice(variable.start, variable.reachesEnd ? undefined : variable.end);
  const text = raw.map((segment) => decode(segment) ?? segment).join("/"); // the router has refused what does not decode
  bindText(root, fields, text, name, reading);
}

/** A header fills a field that nothing else gave; given otherwise, both must agree. */
function bindHeader(root: ReflectMessage, { header, fields }: BoundHeader, from: Headers, reading: Reading): void {
  const text = from.get(header);
  if (text === null || text === "") return;
  let message: ReflectMessage | undefined = root;
  for (const field of fields.slice(0, -1)) {
    message = field.fieldKind === "message" && message?.isSet(field) ? message.get(field) : undefined;
  }
  const last = fields.at(-1) ?? fields[0];
  if (message?.isSet(last)) {
    const value = readValue(last, textToJson(last, text), { parent: undefined, key: header }, reading);
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
