/** Requests that an operation takes. */
import type { JsonValue } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { OpenApiDocument, Operation, Parameter } from "../openapi.ts";
import type { PlacedOperation } from "./operations.ts";
import { createValuesOf, type ValuesOf } from "./schema-values.ts";

/** A request in parts, so that each can be spoiled. */
export interface ProbeRequest {
  readonly method: string;
  /** The path as the document has it, with a name for each open segment. */
  readonly path: string;
  /** What stands in place of the names, encoded. */
  readonly segments: readonly string[];
  /** Raw parts, `name=value`, encoded. */
  readonly query: readonly string[];
  readonly header: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Valid requests. */
export function requestsOf(placed: PlacedOperation, { components }: OpenApiDocument): fc.Arbitrary<ProbeRequest> {
  const valuesOf = createValuesOf(components.schemas);
  const { parameters = [] } = placed.operation;
  const partsIn = (where: Parameter["in"]) => parameters.filter((each) => each.in === where);
  return fc
    .record({
      inPath: fc.tuple(...partsIn("path").map((each) => segmentsOf(each, valuesOf))),
      inQuery: fc.record(...recordOf(partsIn("query"), valuesOf)),
      inHeader: fc.record(...recordOf(partsIn("header"), valuesOf)),
      body: bodiesOf(placed.operation, valuesOf),
    })
    .map(({ inPath, inQuery, inHeader, body }) => {
      const query = oneOfEach(partsIn("query").filter(({ name }) => inQuery[name] !== undefined));
      const isGiven = (field: unknown): boolean =>
        typeof field === "string" && (inQuery[field] !== undefined || body?.fields.includes(field) === true);
      const header = partsIn("header").filter((each) => inHeader[each.name] !== undefined && !isGiven(each["x-field"]));
      return {
        method: placed.httpMethod.toUpperCase(),
        path: placed.path,
        segments: inPath,
        query: query.flatMap((each) => pairsOf(each, inQuery[each.name] ?? null)),
        header: {
          ...(body === undefined ? {} : { "content-type": body.mediaType }),
          ...Object.fromEntries(header.map(({ name }) => [name, textOf(inHeader[name] ?? null)])),
        },
        body: body?.text,
      };
    });
}

/** The target of the request line. */
export function targetOf({ path, segments, query }: ProbeRequest): string {
  const filled = segments.reduce((text, segment) => text.replace(/\{[^}]+\}/, () => segment), path);
  return query.length === 0 ? filled : `${filled}?${query.join("&")}`;
}

type Model = readonly [Record<string, fc.Arbitrary<JsonValue>>, { requiredKeys: string[]; noNullPrototype: true }];

function recordOf(parameters: readonly Parameter[], valuesOf: ValuesOf): Model {
  const required = parameters.filter((each) => each.required === true).map(({ name }) => name);
  const model = Object.fromEntries(
    parameters.map((each) => [each.name, valuesOf(each.schema).filter(isSendable(each))]),
  );
  return [model, { requiredKeys: required, noNullPrototype: true }];
}

/** A header holds visible ASCII, and blanks inside; an empty one counts for none. */
function isSendable(parameter: Parameter): (value: JsonValue) => boolean {
  return (value) => parameter.in !== "header" || /^[!-~](?:[ -~]*[!-~])?$/.test(textOf(value));
}

/** No path segment is empty, and clients resolve dot segments (RFC 3986, 5.2.4). */
function segmentsOf(parameter: Parameter, valuesOf: ValuesOf): fc.Arbitrary<string> {
  const segment = valuesOf(parameter.schema)
    .map(textOf)
    .filter((text) => text !== "" && text !== "." && text !== ".." && text.isWellFormed())
    .map(encodeURIComponent);
  if (parameter["x-multi-segment"] !== true) return segment;
  return fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join("/"));
}

/** Of parameters for members of a oneof those of one member alone. */
function oneOfEach(parameters: readonly Parameter[]): Parameter[] {
  const members = new Map<string, string>();
  return parameters.filter(({ "x-oneof": choices = [] }) => {
    if (choices.some(({ name, member }) => (members.get(name) ?? member) !== member)) return false;
    for (const { name, member } of choices) members.set(name, member);
    return true;
  });
}

function pairsOf({ name }: Parameter, value: JsonValue): string[] {
  const pair = (key: string, each: JsonValue) => `${encodeURIComponent(key)}=${encodeURIComponent(textOf(each))}`;
  if (Array.isArray(value)) return value.map((each) => pair(name, each));
  if (typeof value !== "object" || value === null) return [pair(name, value)];
  return Object.entries(value).map(([key, each]) => pair(`${name}[${key}]`, each));
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

interface Body {
  readonly mediaType: string;
  readonly text: string;
  /** Names of its properties. */
  readonly fields: readonly string[];
}

function bodiesOf({ requestBody }: Operation, valuesOf: ValuesOf): fc.Arbitrary<Body | undefined> {
  const [mediaType, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (mediaType === undefined || media === undefined) return fc.constant(undefined);
  const body = media.schema === undefined ? bytes : jsonBodies(mediaType, valuesOf(media.schema));
  return requestBody?.required === true ? body : fc.option(body, { nil: undefined, freq: 5 });
}

const bytes = fc.string().map((text): Body => ({ mediaType: "application/octet-stream", text, fields: [] }));

function jsonBodies(mediaType: string, values: fc.Arbitrary<JsonValue>): fc.Arbitrary<Body> {
  if (mediaType === "application/json") {
    return values.map((value) => ({ mediaType, text: JSON.stringify(value), fields: namesIn(value) }));
  }
  return fc.array(values, { maxLength: 3 }).map((items) => ({
    mediaType,
    text: items.map((item) => `${JSON.stringify(item)}\n`).join(""),
    fields: items.flatMap(namesIn),
  }));
}

function namesIn(value: JsonValue): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}
