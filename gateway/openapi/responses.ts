/** What a route answers. */
import type { FileRegistry } from "@bufbuild/protobuf";
import type { Route } from "../transcoder/route.ts";
import type { streamMediaTypes } from "../transcoder/stream-format.ts";
import { commentOf } from "./comments.ts";
import { type ErrorReason, httpStatusOf, meshReason, reasonsOf } from "./error-reasons.ts";
import { errorReference } from "./error-schema.ts";
import { fieldSchema } from "./field-schema.ts";
import type { MediaType, Operation, Reference, Response, Schema } from "./openapi.ts";
import { paragraphs } from "./prose.ts";
import { wholeShape } from "./shape.ts";
import { errorResponse, type SharedError, sharedErrors } from "./shared-errors.ts";
import { methodRules, type Surface } from "./surface.ts";

/** 200, every error by its status, and `default` for whatever stands between. */
export function responsesOf(route: Route, surface: Surface): Operation["responses"] {
  return {
    "200": success(route, surface),
    ...Object.fromEntries(errorsOf(route, surface.files)),
    default: responseReference("Error"),
  };
}

/** The answers that operations refer to. */
export function sharedResponses(files: FileRegistry): Readonly<Record<string, Response>> {
  const entries = sharedErrors.map((error): [string, Response] => [
    error.name,
    errorResponse(
      error.httpStatus,
      paragraphs(error.description, edgeText(error), listOf(meshReasonsOf(error, files))),
    ),
  ]);
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
  const { method } = route.binding;
  const { responseField } = route;
  const { description, ...schema } =
    responseField === undefined
      ? surface.book.message(method.output)
      : fieldSchema(responseField, wholeShape, surface.book);
  if (method.methodKind === "server_streaming") return stream(schema);
  return {
    description: description ?? (commentOf(method.output) || method.output.name),
    content: { "application/json": { schema } },
  };
}

function stream(schema: Schema): Response {
  const record: Schema = {
    description: "One line of the stream. A stream that fails ends with a line that holds the error.",
    oneOf: [{ type: "object", properties: { result: schema }, required: ["result"] }, errorReference],
  };
  const event: Schema = {
    description:
      "The data of one event, in one line. Where it is an event of the bank, `id:` and `event:` are its id and type. A stream that fails ends with an event named `error`, its data the error. " +
      "Comments keep a silent connection open.",
    anyOf: [schema, errorReference],
  };
  const content: Readonly<Record<(typeof streamMediaTypes)[number], MediaType>> = {
    "text/event-stream": { schema: event },
    "application/x-ndjson": { schema: record },
  };
  return { description: "A stream without end; the schema is that of each of its items.", content };
}

function errorsOf(route: Route, files: FileRegistry): [string, Response | Reference][] {
  const { method } = route.binding;
  const { isPublic } = methodRules(method);
  const own = reasonsOf(method, files);
  const possible = sharedErrors.filter((error) => error.canHappen(route, isPublic));
  const statuses = [...own.map(({ status }) => httpStatusOf(status)), ...possible.map(({ httpStatus }) => httpStatus)];
  return [...new Set(statuses)]
    .filter((httpStatus) => httpStatus !== undefined)
    .sort((a, b) => a - b)
    .map((httpStatus) => {
      const shared = possible.find((error) => error.httpStatus === httpStatus);
      const reasons = own.filter(({ status }) => httpStatusOf(status) === httpStatus);
      return [String(httpStatus), errorOf(httpStatus, shared, reasons, files)];
    });
}

function errorOf(
  httpStatus: number,
  shared: SharedError | undefined,
  own: readonly ErrorReason[],
  files: FileRegistry,
): Response | Reference {
  if (shared !== undefined && own.length === 0) return responseReference(shared.name);
  const mesh = shared === undefined ? [] : meshReasonsOf(shared, files);
  const reasons = [...own, ...mesh.filter(({ reason }) => !own.some((each) => each.reason === reason))];
  return errorResponse(httpStatus, paragraphs(shared?.description ?? "Refused:", listOf(reasons)));
}

function meshReasonsOf({ meshReasons }: SharedError, files: FileRegistry): ErrorReason[] {
  return meshReasons.map(([status, reason]) => meshReason(reason, status, files));
}

function listOf(reasons: readonly ErrorReason[]): string {
  return reasons
    .map(({ status, reason, meaning }) => `- ${status} \`${reason}\`${meaning === "" ? "" : `: ${meaning}`}`)
    .join("\n");
}
