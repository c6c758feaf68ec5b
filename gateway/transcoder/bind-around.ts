/** What stands around the body of a request: variables of the path, the query, headers. */
import type { ReflectMessage } from "@bufbuild/protobuf/reflect";
import type { BindRules, MatchedRequest } from "./bind-request.ts";
import type { JsonPath } from "./json-path.ts";
import { readValue } from "./json-reader.ts";
import { decodeKeepingSlash, decodeText } from "./percent.ts";
import { bindQuery, parseQuery } from "./query.ts";
import type { Reading } from "./reading.ts";
import { addViolation, type RefusalReason } from "./refusal.ts";
import type { BoundVariable } from "./route.ts";
import { bindText, type FieldChain, textFits, textToJson } from "./text-binding.ts";

/** Sets the fields that they give. The body was read before. */
export function bindAround(
  root: ReflectMessage,
  { request, route, segments, query }: MatchedRequest,
  rules: BindRules,
  reading: Reading,
): void {
  for (const { variable, name, fields } of route.variables) {
    const text = variableText(variable, segments, rules);
    if (!reading.takesPathFields) bindText(root, fields, text, name, reading);
    else bindOrCompare(root, fields, text, name, reading, "PATH_AND_BODY_CONFLICT");
  }
  if (query !== "") bindQuery(root, route, parseQuery(query, rules.maxQueryParameters), rules, reading);
  for (const { header, fields } of route.headers) {
    const text = request.header.get(header) ?? "";
    if (text !== "") bindOrCompare(root, fields, text, header, reading, "HEADER_AND_FIELD_CONFLICT");
  }
}

function variableText(
  { start, end, multiSegment, reachesEnd }: BoundVariable["variable"],
  segments: readonly string[],
  { fullyDecodeReservedExpansion }: BindRules,
): string {
  const decode = multiSegment && !fullyDecodeReservedExpansion ? decodeKeepingSlash : decodeText;
  // `**` stands for all segments that are left.
  const raw = segments.slice(start, reachesEnd ? undefined : end);
  return raw.map((segment) => decode(segment) ?? segment).join("/"); // the router has refused what does not decode
}

/** Sets a field that nothing else gave; given otherwise, both must agree. */
function bindOrCompare(
  root: ReflectMessage,
  fields: FieldChain,
  text: string,
  name: string,
  reading: Reading,
  conflict: RefusalReason,
): void {
  let message: ReflectMessage | undefined = root;
  for (const field of fields.slice(0, -1)) {
    message = field.fieldKind === "message" && message?.isSet(field) ? message.get(field) : undefined;
  }
  const last = fields.at(-1) ?? fields[0];
  if (message?.isSet(last) !== true) {
    bindText(root, fields, text, name, reading);
    return;
  }
  const at: JsonPath = { parent: undefined, key: name };
  const value = textFits(last, text, at, reading) ? readValue(last, textToJson(last, text), at, reading) : undefined;
  if (value !== undefined && !isSame(value, message.get(last))) {
    addViolation(reading.violations, conflict, name, `differs from the field "${last.jsonName}"`);
  }
}

function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0;
  return one === other;
}
