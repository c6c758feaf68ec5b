/** The request body of a route. */
import type { DescField } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import type { Route } from "../transcoder/route.ts";
import { commentOf } from "./comments.ts";
import { fieldSchema } from "./field-schema.ts";
import { headerText } from "./header-parameters.ts";
import { takesBytes, takesStream } from "./media.ts";
import type { MediaType, RequestBody, Schema } from "./openapi.ts";
import { described, paragraphs } from "./prose.ts";
import { sampleBody } from "./sample-body.ts";
import { type Shape, shapeBelow, wholeShapes } from "./shape.ts";
import { type Surface, sampleRules } from "./surface.ts";

/** The body; undefined where the rule has none. */
export function requestBody(route: Route, surface: Surface): RequestBody | undefined {
  if (route.body.kind === "none") return undefined;
  if (takesBytes(route)) {
    return { description: "Any bytes, with their media type.", required: false, content: { "*/*": {} } };
  }
  const shape = shapeOf(route, surface);
  const body =
    route.body.kind === "whole" ? wholeBody(route, shape, surface) : fieldBody(route.body.field, route, shape, surface);
  const media = withExamples(body.schema, route, shape, surface);
  if (takesStream(route.binding.method)) {
    const text = paragraphs(body.description, "A stream: a JSON value per line, of which the schema describes each.");
    return { description: text, required: false, content: { "application/x-ndjson": media } };
  }
  return { ...described(body.description), required: body.required, content: { "application/json": media } };
}

interface Body {
  readonly description: string | undefined;
  readonly required: boolean;
  readonly schema: Schema;
}

function wholeBody(route: Route, shape: Shape, surface: Surface): Body {
  const schema = surface.book.message(route.binding.method.input, shape);
  // A body that needs nothing can be left out: what the path and the headers say is enough.
  const required = (sampleRules(surface).resolve(schema).required?.length ?? 0) > 0;
  return { description: undefined, required, schema };
}

function fieldBody(
  field: (Route["body"] & { kind: "field" })["field"],
  { pathFields }: Route,
  shape: Shape,
  surface: Surface,
): Body {
  const { description, ...schema } =
    field.fieldKind === "message"
      ? { ...surface.book.message(field.message, shapeBelow(shape, field)), ...described(commentOf(field)) }
      : fieldSchema(field, shape, surface.book);
  return {
    description: paragraphs(description, shape.isPatch ? patchText : ""),
    // Where the path makes the message, what proto2 requires of it must come too.
    required: surface.isRequired(field) || (pathFields.has(field) && hasLegacyRequired(field)),
    schema,
  };
}

function hasLegacyRequired({ message }: DescField): boolean {
  return message?.fields.some(({ presence }) => presence === Presence.LEGACY_REQUIRED) ?? false;
}

const patchText =
  "Without `updateMask` the fields present in the body are changed, down to single fields of messages; " +
  "a field given as null is cleared.";

function shapeOf(route: Route, surface: Surface): Shape {
  const topLevel = route.headers.filter(({ fields }) => fields.length === 1);
  return {
    ...wholeShapes.input,
    omitted: route.pathFields,
    optional: new Map(topLevel.map((bound) => [bound.fields[0], headerText(bound, surface)])),
    isPatch: route.impliedMask !== undefined,
  };
}

function withExamples(schema: Schema, { binding }: Route, shape: Shape, surface: Surface): MediaType {
  const { method } = binding;
  const examples = surface.conventions.bodies?.[`${method.parent.typeName}.${method.name}`];
  if (examples !== undefined) return { schema, examples };
  const byHeader = new Set([...shape.optional.keys()].map(({ jsonName }) => jsonName));
  const example = sampleBody(schema, sampleRules(surface), byHeader);
  return example === undefined ? { schema } : { schema, example };
}
