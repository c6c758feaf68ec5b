/** What a route answers. */
import type { JsonValue } from "@bufbuild/protobuf";
import type { Route } from "../transcoder/route.ts";
import type { streamMediaTypes } from "../transcoder/stream-format.ts";
import { commentOf } from "./comments.ts";
import type { Conventions, ErrorReason } from "./conventions.ts";
import { errorReference } from "./error-schema.ts";
import { fieldSchema } from "./field-schema.ts";
import { givesBytes, givesStream } from "./media.ts";
import type { MediaType, Operation, Reference, Response, Schema } from "./openapi.ts";
import { paragraphs } from "./prose.ts";
import { sampleAnswer } from "./sample-body.ts";
import { wholeShapes } from "./shape.ts";
import { errorResponse, httpStatusOf, type SharedError, sharedErrors } from "./shared-errors.ts";
import { type Surface, sampleRules } from "./surface.ts";

/** 200, every error by its status, and `default` for whatever stands between. */
export function responsesOf(route: Route, isSecured: boolean, surface: Surface): Operation["responses"] {
  return {
    "200": success(route, surface),
    ...Object.fromEntries(errorsOf(route, isSecured, surface)),
    default: responseReference("Error"),
  };
}

/** The answers that operations refer to. */
export function sharedResponses(conventions: Conventions): Readonly<Record<string, Response>> {
  const entries = sharedErrors.map((error): [string, Response] => {
    const text = paragraphs(error.description, edgeText(error), listOf(sharedReasons(error, conventions)));
    return [error.name, error.hasBody === false ? { description: text } : errorResponse(error.httpStatus, text)];
  });
  return { Error: errorResponse(undefined, "Any other error."), ...Object.fromEntries(entries) };
}

/** Refers to one of {@link sharedResponses}. */
export function responseReference(name: string): Reference {
  return { $ref: `#/components/responses/${name}` };
}

function edgeText({ edgeReasons = [] }: SharedError): string {
  const quoted = edgeReasons.map((reason) => `\`${reason}\``).join(", ");
  return quoted === "" ? "" : `Reasons of the edge for a malformed request: ${quoted}.`;
}

function success(route: Route, surface: Surface): Response {
  const { book } = surface;
  const { responseField } = route;
  const { method } = route.binding;
  if (givesBytes(route)) return { description: "Bytes, with their media type.", content: { "*/*": {} } };
  const { description, ...schema } =
    responseField === undefined
      ? book.message(method.output, wholeShapes.output)
      : orAbsent(fieldSchema(responseField, wholeShapes.output, book), responseField.fieldKind === "message");
  const example = sampleAnswer(schema, sampleRules(surface));
  if (givesStream(method)) return stream(schema, example);
  return {
    description: description ?? (commentOf(method.output) || method.output.name),
    content: { "application/json": example === undefined ? { schema } : { schema, example } },
  };
}

/** A message that is not set, the answer's one field, is written as null. */
function orAbsent(schema: Schema, canBeAbsent: boolean): Schema {
  return canBeAbsent ? { anyOf: [schema, { type: "null" }] } : schema;
}

function stream(schema: Schema, example: JsonValue = null): Response {
  const record: Schema = {
    description: "One line of the stream. A stream that fails ends with a line that holds the error.",
    oneOf: [{ type: "object", properties: { result: schema }, required: ["result"] }, errorReference],
  };
  const event: Schema = {
    description:
      "The data of one event, in one line; `id:` and `event:` may stand beside it. A stream that fails ends with an " +
      "event named `error`, its data the error. Comments keep a silent connection open.",
    anyOf: [schema, errorReference],
  };
  const content: Readonly<Record<(typeof streamMediaTypes)[number], MediaType>> = {
    "text/event-stream": { schema: event, example },
    "application/x-ndjson": { schema: record, example: { result: example } },
  };
  return { description: "A stream; the schema is that of each of its items.", content };
}

function errorsOf(route: Route, isSecured: boolean, { conventions }: Surface): [string, Response | Reference][] {
  const own = conventions.method?.(route.binding.method).reasons ?? [];
  const possible = sharedErrors.filter((error) => error.canHappen(route, isSecured));
  const statuses = [...own.map(({ status }) => httpStatusOf(status)), ...possible.map(({ httpStatus }) => httpStatus)];
  return [...new Set(statuses)]
    .filter((httpStatus) => httpStatus !== undefined)
    .sort((a, b) => a - b)
    .map((httpStatus) => {
      const shared = possible.find((error) => error.httpStatus === httpStatus);
      const reasons = own.filter(({ status }) => httpStatusOf(status) === httpStatus);
      return [String(httpStatus), errorOf(httpStatus, shared, reasons, conventions)];
    });
}

function errorOf(
  httpStatus: number,
  shared: SharedError | undefined,
  own: readonly ErrorReason[],
  conventions: Conventions,
): Response | Reference {
  if (shared !== undefined && own.length === 0) return responseReference(shared.name);
  const others = shared === undefined ? [] : sharedReasons(shared, conventions);
  const reasons = [...own, ...others.filter(({ reason }) => !own.some((each) => each.reason === reason))];
  return errorResponse(httpStatus, paragraphs(shared?.description ?? "Refused:", listOf(reasons)));
}

function sharedReasons({ httpStatus }: SharedError, conventions: Conventions): readonly ErrorReason[] {
  return conventions.sharedReasons?.[httpStatus] ?? [];
}

function listOf(reasons: readonly ErrorReason[]): string {
  return reasons
    .map(({ status, reason, meaning }) => `- ${status} \`${reason}\`${meaning === "" ? "" : `: ${meaning}`}`)
    .join("\n");
}
