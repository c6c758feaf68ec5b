/** The request body of a route. */
import type { Route } from "../transcoder/route.ts";
import { commentOf } from "./comments.ts";
import { bodyExamples } from "./examples.ts";
import { fieldSchema } from "./field-schema.ts";
import { headerText } from "./header-parameters.ts";
import type { MediaType, RequestBody, Schema } from "./openapi.ts";
import { described, paragraphs } from "./prose.ts";
import { sampleBody } from "./sample-body.ts";
import { type Shape, shapeBelow } from "./shape.ts";
import type { Surface } from "./surface.ts";

/** The body; undefined where the rule has none. */
export function requestBody(route: Route, surface: Surface): RequestBody | undefined {
  const shape = shapeOf(route, surface);
  if (route.body.kind === "none") return undefined;
  if (route.body.kind === "whole") return wholeBody(route, shape, surface);
  const { field } = route.body;
  const { description, ...schema } =
    field.fieldKind === "message"
      ? { ...surface.book.message(field.message, shapeBelow(shape, field)), ...described(commentOf(field)) }
      : fieldSchema(field, shape, surface.book);
  return {
    ...described(paragraphs(description, shape.isPatch ? patchText : "")),
    required: shape.isPatch || surface.isRequired(field),
    content: { "application/json": withExamples(schema, route, shape, surface) },
  };
}

const patchText =
  "Without `updateMask` the fields present in the body are changed, down to single fields of messages; " +
  "a field given as null is cleared.";

function wholeBody(route: Route, shape: Shape, surface: Surface): RequestBody {
  const schema = surface.book.message(route.binding.method.input, shape);
  return {
    // A body that needs nothing can be left out: what the path and the headers say is enough.
    required: (resolveIn(surface)(schema).required?.length ?? 0) > 0,
    content: { "application/json": withExamples(schema, route, shape, surface) },
  };
}

function shapeOf(route: Route, surface: Surface): Shape {
  const topLevel = route.headers.filter(({ fields }) => fields.length === 1);
  return {
    omitted: route.pathFields,
    optional: new Map(topLevel.map((bound) => [bound.fields[0], headerText(bound, surface)])),
    isPatch: route.impliedMask !== undefined,
    suffix: "",
  };
}

function withExamples(schema: Schema, { binding: { method } }: Route, shape: Shape, surface: Surface): MediaType {
  const examples = bodyExamples[`${method.parent.typeName}.${method.name}`];
  if (examples !== undefined) return { schema, examples };
  const byHeader = new Set([...shape.optional.keys()].map(({ jsonName }) => jsonName));
  const example = sampleBody(schema, resolveIn(surface), byHeader);
  return example === undefined ? { schema } : { schema, example };
}

function resolveIn({ book }: Surface): (schema: Schema) => Schema {
  const schemas = book.schemas();
  return (schema) => (schema.$ref === undefined ? schema : (schemas[schema.$ref.split("/").pop() ?? ""] ?? schema));
}
