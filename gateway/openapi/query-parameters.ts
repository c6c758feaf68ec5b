/** Parameters of the query: every field that neither the path nor the body has. */
import type { DescField, DescMessage, JsonValue } from "@bufbuild/protobuf";
import { FieldBehavior } from "#gen/google/api/field_behavior_pb.js";
import { overlaps } from "../transcoder/field-path.ts";
import type { Route } from "../transcoder/route.ts";
import { type FieldChain, holdsText } from "../transcoder/text-binding.ts";
import { fieldSchema } from "./field-schema.ts";
import { headerText } from "./header-parameters.ts";
import type { Parameter, Schema } from "./openapi.ts";
import { described, sentences } from "./prose.ts";
import { hasBehavior } from "./required-fields.ts";
import { sampleText } from "./sample-text.ts";
import { isExcluded, wholeShapes } from "./shape.ts";
import type { Surface } from "./surface.ts";

/** The parameters of a route, in the order of the contract; fields of nested messages as `a.b`. */
export function queryParameters(route: Route, surface: Surface): Parameter[] {
  if (route.body.kind === "whole") return [];
  return chainsOf(route.binding.method.input, []).flatMap((chain) => {
    const isBody = route.body.kind === "field" && chain[0] === route.body.field;
    const isDecided = overlaps(route.pathFields, chain) || isExcluded(route.pathFields, chain[0]);
    return isBody || isDecided ? [] : [toParameter(chain, route, surface)];
  });
}

/** Every field that a parameter can hold. A message inside itself is not followed: no end of names would come of it. */
function chainsOf(message: DescMessage, above: readonly DescField[]): FieldChain[] {
  return message.fields.flatMap((field): FieldChain[] => {
    const [first, ...others] = [...above, field] as const;
    const chain: FieldChain = [first, ...others];
    if (hasBehavior(field, FieldBehavior.OUTPUT_ONLY)) return [];
    if (holdsText(field)) return [chain];
    if (field.fieldKind !== "message" || field.message.typeName.startsWith("google.protobuf.")) return [];
    const isRecursive = [message, ...above.map(({ parent }) => parent)].includes(field.message);
    return isRecursive ? [] : chainsOf(field.message, chain);
  });
}

function toParameter(chain: FieldChain, route: Route, surface: Surface): Parameter {
  const last = chain.at(-1) ?? chain[0];
  const { description, ...schema } = fieldSchema(last, wholeShapes.text, surface.book);
  const header = route.headers.find(({ fields }) => fields.join() === chain.join());
  const required = header === undefined && chain.every((field) => surface.isRequired(field));
  return {
    name: chain.map(({ jsonName }) => jsonName).join("."),
    in: "query",
    ...described(sentences(description, choiceText(chain), header && headerText(header, surface))),
    ...(required ? { required } : {}),
    ...(chain.some(({ deprecated }) => deprecated) ? { deprecated: true } : {}),
    ...choicesOf(chain),
    ...styleOf(last),
    schema,
    ...(required ? exampleOf(schema) : {}),
  };
}

/** OpenAPI cannot tie parameters to one another. */
function choiceText(chain: FieldChain): string {
  return chain
    .flatMap(({ oneof }) => (oneof === undefined || oneof.fields.length < 2 ? [] : [oneof.fields]))
    .map((fields) => `At most one of ${fields.map(({ jsonName }) => `\`${jsonName}\``).join(", ")} can be given.`)
    .join(" ");
}

function choicesOf(chain: FieldChain): Pick<Parameter, "x-oneof"> {
  const choices = chain.flatMap((field, depth) => {
    const above = chain.slice(0, depth).map(({ jsonName }) => `${jsonName}.`);
    return field.oneof === undefined ? [] : [{ name: `${above.join("")}${field.oneof.name}`, member: field.jsonName }];
  });
  return choices.length === 0 ? {} : { "x-oneof": choices };
}

/** A list is a parameter repeated; an entry of a map is `name[key]=value`. */
function styleOf(field: DescField): Pick<Parameter, "style" | "explode"> {
  if (field.fieldKind === "list") return { style: "form", explode: true };
  return field.fieldKind === "map" ? { style: "deepObject", explode: true } : {};
}

function exampleOf(schema: Schema): { readonly example?: JsonValue } {
  const text = sampleText(schema.items ?? schema);
  if (text === undefined) return {};
  return { example: schema.items === undefined ? text : [text] };
}
