/** Gathers the HTTP rules of services into flat bindings, one per verb and template. */
import {
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  getOption,
  hasOption,
} from "@bufbuild/protobuf";
import { http } from "#gen/google/api/annotations_pb.js";
import type { HttpRule } from "#gen/google/api/http_pb.js";
import { RuleError } from "./rule-error.ts";
import { parseTemplate, type Template, TemplateError } from "./template.ts";

/** The kinds of method that REST can carry today. */
export type RestMethod = DescMethodUnary | DescMethodServerStreaming;

/** One HTTP rule or additional binding, its template parsed. */
export interface Binding {
  readonly method: RestMethod;
  /** HTTP method in capitals, or `*` for any (a custom kind). */
  readonly httpMethod: string;
  readonly template: Template;
  /** As in HttpRule.body: empty, `*`, or a top-level field of the request. */
  readonly body: string;
  /** As in HttpRule.response_body: empty or a top-level field of the response. */
  readonly responseBody: string;
}

// RFC 9110, 5.6.2: a method is a token.
const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Reads the google.api.http option of every method; a method without one has no route.
 *
 * @throws RuleError for a rule that http.proto does not allow, or of a kind that is not carried.
 */
export function gatherBindings(services: readonly DescService[]): Binding[] {
  return services.flatMap(({ methods }) => methods.flatMap(bindingsOf));
}

function bindingsOf(method: DescMethod): Binding[] {
  if (!hasOption(method, http)) return [];
  if (!isRestMethod(method)) {
    throw new RuleError("streams from the client cannot be served over REST", method);
  }
  for (const message of [method.input, method.output]) {
    if (message.typeName === "google.api.HttpBody") throw new RuleError("google.api.HttpBody is not supported", method);
  }
  const rule = getOption(method, http);
  const bindings = [rule, ...rule.additionalBindings].map((each) => toBinding(method, each));
  if (rule.additionalBindings.some((each) => each.additionalBindings.length > 0)) {
    throw new RuleError("additional_bindings must not be nested", method);
  }
  return bindings;
}

function isRestMethod(method: DescMethod): method is RestMethod {
  return method.methodKind === "unary" || method.methodKind === "server_streaming";
}

function toBinding(method: RestMethod, rule: HttpRule): Binding {
  const { pattern } = rule;
  if (pattern.case === undefined) throw new RuleError("the rule has no pattern", method);
  const httpMethod = pattern.case === "custom" ? pattern.value.kind.toUpperCase() : pattern.case.toUpperCase();
  if (!tokenPattern.test(httpMethod)) throw new RuleError(`"${httpMethod}" is not an HTTP method`, method);
  const path = pattern.case === "custom" ? pattern.value.path : pattern.value;
  try {
    const template = parseTemplate(path);
    return { method, httpMethod, template, body: rule.body, responseBody: rule.responseBody };
  } catch (error) {
    if (error instanceof TemplateError) throw new RuleError(error.message, method);
    throw error;
  }
}

/** `GET /v1/{name=accounts/*}`, for messages and listings. */
export function describeBinding({ httpMethod, template }: Binding): string {
  return `${httpMethod} ${template.source}`;
}
