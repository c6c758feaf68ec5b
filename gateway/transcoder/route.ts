/** A binding with its fields looked up once, so that a request costs no search for descriptors. */
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { type FieldTree, findField, reserve, resolveFieldPath } from "./field-path.ts";
import { isHttpBody } from "./http-body.ts";
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
  /** The body is bytes of any type: the request, or its body field, is a google.api.HttpBody. */
  readonly hasRawBody: boolean;
  /** The answer is bytes of any type: the response, or its field, is a google.api.HttpBody. */
  readonly hasRawResponse: boolean;
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
  const responseField = bindResponse(binding);
  const mask = findField(method.input, "update_mask");
  const isMask = mask?.fieldKind === "message" && mask.message.typeName === "google.protobuf.FieldMask";
  return {
    binding,
    variables,
    pathFields,
    body,
    responseField,
    hasRawBody: isHttpBody(bodyType(method.input, body)),
    hasRawResponse: isHttpBody(responseField === undefined ? method.output : singularMessage(responseField)),
    headers: bindHeaders(binding, headerFields),
    impliedMask: isMask && httpMethod === "PATCH" && body.kind === "field" && body.field !== mask ? mask : undefined,
  };
}

function bindVariable(binding: Binding, variable: TemplateVariable): BoundVariable {
  const { method } = binding;
  const name = variable.fieldPath.join(".");
  const path = resolveFieldPath(method.input, variable.fieldPath);
  if ("problem" in path) throw new RuleError(`path variable "${name}": ${path.problem}`, binding);
  if (!isPrimitive(path.fields)) {
    // http.proto: "a non-repeated field with a primitive (non-message) type".
    throw new RuleError(`path variable "${name}" must be a singular field of a primitive type`, binding);
  }
  return { variable, name, fields: path.fields };
}

function bindBody(binding: Binding, pathFields: FieldTree): BodyRule {
  const { method, body } = binding;
  if (body === "") return { kind: "none" };
  if (body === "*") return { kind: "whole" };
  const field = findField(method.input, body);
  if (field === undefined) {
    throw new RuleError(`body "${body}" is not a top-level field of ${method.input.typeName}`, binding);
  }
  if (pathFields.get(field)?.size === 0) throw new RuleError(`the path binds the body field "${body}"`, binding);
  return { kind: "field", field };
}

function bindResponse(binding: Binding): DescField | undefined {
  const { method, responseBody } = binding;
  if (responseBody === "") return undefined;
  const field = findField(method.output, responseBody);
  if (field === undefined) {
    throw new RuleError(
      `response_body "${responseBody}" is not a top-level field of ${method.output.typeName}`,
      binding,
    );
  }
  return field;
}

function bindHeaders(binding: Binding, headerFields: Readonly<Record<string, string>>): BoundHeader[] {
  const { method } = binding;
  return Object.entries(headerFields).flatMap(([header, fieldPath]) => {
    const path = resolveFieldPath(method.input, fieldPath.split("."));
    if ("problem" in path) return [];
    if (!isPrimitive(path.fields)) {
      throw new RuleError(`header ${header}: "${fieldPath}" must be a singular field of a primitive type`, binding);
    }
    return [{ header: header.toLowerCase(), fields: path.fields }];
  });
}

function isPrimitive(fields: FieldChain): boolean {
  const kind = (fields.at(-1) ?? fields[0]).fieldKind;
  return kind === "scalar" || kind === "enum";
}

function bodyType(input: DescMessage, body: BodyRule): DescMessage | undefined {
  if (body.kind === "none") return undefined;
  return body.kind === "whole" ? input : singularMessage(body.field);
}

function singularMessage(field: DescField): DescMessage | undefined {
  return field.fieldKind === "message" ? field.message : undefined;
}
