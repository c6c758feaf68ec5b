/** A binding with its fields looked up once, so that a request costs no search for descriptors. */
import type { DescField } from "@bufbuild/protobuf";
import { type FieldTree, findField, reserve, resolveFieldPath } from "./field-path.ts";
import { RuleError } from "./rule-error.ts";
import type { Binding } from "./rules.ts";
import type { TemplateVariable } from "./template.ts";
import type { FieldChain } from "./text-binding.ts";

/** A rule ready to serve. */
export interface Route {
  readonly binding: Binding;
  readonly variables: readonly BoundVariable[];
  /** The fields that `variables` bind. */
  readonly pathFields: FieldTree;
  readonly body: BodyRule;
  /** HttpRule.response_body: the only field of the response that is sent. */
  readonly responseField: DescField | undefined;
  /** Request headers that fill a field where nothing else does. */
  readonly headers: readonly BoundHeader[];
  /** A top-level FieldMask `update_mask`, where the body of a PATCH can imply it (AIP-134). */
  readonly impliedMask: (DescField & { fieldKind: "message" }) | undefined;
}

/** Where the body of the request goes (HttpRule.body). */
export type BodyRule =
  | { readonly kind: "none" }
  | { readonly kind: "whole" }
  | { readonly kind: "field"; readonly field: DescField };

/** A variable of the template with the field it sets. */
export interface BoundVariable {
  readonly variable: TemplateVariable;
  readonly name: string;
  readonly fields: FieldChain;
}

/** A header with the field it sets. */
export interface BoundHeader {
  readonly header: string;
  readonly fields: FieldChain;
}

/**
 * Looks up every field that a binding names.
 *
 * @param headerFields request header to field path, applied where the request message has that field
 * @throws RuleError when a field does not exist or cannot be bound there
 */
export function compileRoute(binding: Binding, headerFields: Readonly<Record<string, string>>): Route {
  const { method, template, httpMethod } = binding;
  const variables = template.variables.map((variable) => bindVariable(binding, variable));
  const pathFields: FieldTree = new Map();
  for (const { fields } of variables) reserve(pathFields, fields);
  const body = bindBody(binding, pathFields);
  const mask = findField(method.input, "update_mask");
  const isMask = mask?.fieldKind === "message" && mask.message.typeName === "google.protobuf.FieldMask";
  return {
    binding,
    variables,
    pathFields,
    body,
    responseField: bindResponse(binding),
    headers: bindHeaders(binding, headerFields),
    impliedMask: isMask && httpMethod === "PATCH" && body.kind === "field" && body.field !== mask ? mask : undefined,
  };
}

function bindVariable({ method }: Binding, variable: TemplateVariable): BoundVariable {
  const name = variable.fieldPath.join(".");
  const path = resolveFieldPath(method.input, variable.fieldPath);
  if ("problem" in path) throw new RuleError(`path variable "${name}": ${path.problem}`, method);
  if (!isPrimitive(path.fields)) {
    // http.proto: "a non-repeated field with a primitive (non-message) type".
    throw new RuleError(`path variable "${name}" must be a singular field of a primitive type`, method);
  }
  return { variable, name, fields: path.fields };
}

function bindBody({ method, body }: Binding, pathFields: FieldTree): BodyRule {
  if (body === "") return { kind: "none" };
  if (body === "*") return { kind: "whole" };
  const field = findField(method.input, body);
  if (field === undefined) {
    throw new RuleError(`body "${body}" is not a top-level field of ${method.input.typeName}`, method);
  }
  if (pathFields.get(field)?.size === 0) throw new RuleError(`the path binds the body field "${body}"`, method);
  return { kind: "field", field };
}

function bindResponse({ method, responseBody }: Binding): DescField | undefined {
  if (responseBody === "") return undefined;
  const field = findField(method.output, responseBody);
  if (field === undefined) {
    throw new RuleError(
      `response_body "${responseBody}" is not a top-level field of ${method.output.typeName}`,
      method,
    );
  }
  return field;
}

function bindHeaders({ method }: Binding, headerFields: Readonly<Record<string, string>>): BoundHeader[] {
  return Object.entries(headerFields).flatMap(([header, fieldPath]) => {
    const path = resolveFieldPath(method.input, fieldPath.split("."));
    if ("problem" in path) return [];
    if (!isPrimitive(path.fields)) {
      throw new RuleError(`header ${header}: "${fieldPath}" must be a singular field of a primitive type`, method);
    }
    return [{ header: header.toLowerCase(), fields: path.fields }];
  });
}

function isPrimitive(fields: FieldChain): boolean {
  const kind = (fields.at(-1) ?? fields[0]).fieldKind;
  return kind === "scalar" || kind === "enum";
}
