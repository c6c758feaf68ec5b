/** The path as OpenAPI writes it, and its parameters. */
import type { JsonValue } from "@bufbuild/protobuf";
import type { BoundVariable, Route } from "../transcoder/route.ts";
import type { Template, TemplateVariable } from "../transcoder/template.ts";
import { expandTemplate, type PathParameter } from "../transcoder/template-path.ts";
import { commentOf } from "./comments.ts";
import { fieldSchema, rulesOf } from "./field-schema.ts";
import type { Parameter, Schema } from "./openapi.ts";
import { described, sentences } from "./prose.ts";
import { sampleText } from "./sample-text.ts";
import { wholeShapes } from "./shape.ts";
import type { Surface } from "./surface.ts";

/** A path with a parameter per open segment. */
export interface OpenApiPath {
  readonly path: string;
  readonly parameters: readonly Parameter[];
}

/** `/v1/{name=accounts/*}:deposit` becomes `/v1/accounts/{account}:deposit`; names are lowerCamel. */
export function pathOf(route: Route, surface: Surface): OpenApiPath {
  const { template } = route.binding;
  const { path, parameters } = expandTemplate(template);
  return {
    path: path.replace(/\{([^}]+)\}/g, (_, name: string) => `{${lowerCamel(name)}}`),
    parameters: parameters.map((parameter, at) => {
      const sameField = ({ fieldPath }: PathParameter) => fieldPath?.join(".") === parameter.fieldPath?.join(".");
      return toParameter(parameter, parameters.slice(0, at).filter(sameField).length, route, surface);
    }),
  };
}

function toParameter(
  { name, fieldPath, multiSegment }: PathParameter,
  index: number,
  route: Route,
  surface: Surface,
): Parameter {
  const bound = route.variables.find((each) => each.name === fieldPath?.join("."));
  const schema = bound === undefined ? segmentSchema : variableSchema(bound, index, route.binding.template, surface);
  const { description, ...rest } = schema;
  return {
    name: lowerCamel(name),
    in: "path",
    ...described(sentences(bound && partText(bound, description), description, multiSegment ? restText : "")),
    required: true,
    ...(bound?.fields.some(({ deprecated }) => deprecated) === true ? { deprecated: true } : {}),
    ...(multiSegment ? { "x-multi-segment": true } : {}),
    schema: rest,
    ...exampleOf(rest),
  };
}

const restText = "Holds any number of path segments; its slashes are not encoded.";
const segmentSchema: Schema = { type: "string", pattern: "^[^/]+$" };

function variableSchema(
  { fields, variable }: BoundVariable,
  index: number,
  template: Template,
  surface: Surface,
): Schema {
  const last = fields.at(-1) ?? fields[0];
  if (isWholeSegment(variable)) return fieldSchema(last, wholeShapes.text, surface.book);
  const rules = rulesOf(last);
  const pattern = rules?.type.case === "string" ? rules.type.value.pattern : "";
  const open = partOfPattern(pattern, variable, template, index);
  return { ...(open === undefined ? segmentSchema : { type: "string", pattern: open }), ...described(commentOf(last)) };
}

/** `{account_id}`: the parameter is the field. */
function isWholeSegment({ start, end, reachesEnd }: TemplateVariable): boolean {
  return end - start === 1 && !reachesEnd;
}

/** Where the parameter is a part of the field, the field's name says of what. */
function partText({ name, variable }: BoundVariable, description = ""): string {
  return isWholeSegment(variable) ? "" : `The open part of \`${name}\`${description === "" ? "." : ":"}`;
}

/**
 * What a pattern of the whole field leaves for its open segment number `index`: of `^accounts/[a-z0-9-]{1,64}$` in
 * `accounts/*` that is `^[a-z0-9-]{1,64}$`. Undefined where the pattern cannot be taken apart by its text.
 */
function partOfPattern(
  pattern: string,
  variable: TemplateVariable,
  template: Template,
  index: number,
): string | undefined {
  if (variable.reachesEnd || !pattern.startsWith("^") || !pattern.endsWith("$")) return undefined;
  const segments = template.segments.slice(variable.start, variable.end);
  const parts = pattern.slice(1, -1).split("/");
  if (parts.length !== segments.length) return undefined;
  if (segments.some((segment, at) => segment.kind === "literal" && segment.value !== parts[at])) return undefined;
  const open = parts.filter((_, at) => segments[at]?.kind !== "literal")[index] ?? "";
  return open === "" || /[|\\]/.test(open) ? undefined : `^${open}$`;
}

function exampleOf(schema: Schema): { readonly example?: JsonValue } {
  const text = sampleText(schema);
  return text === undefined ? {} : { example: text };
}

function lowerCamel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
