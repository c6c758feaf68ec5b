/** Gathers the HTTP rules of services into flat bindings, one per verb and template. */
import {
  type DescMethod,
  type DescMethodBiDiStreaming,
  type DescMethodClientStreaming,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  getOption,
  hasOption,
} from "@bufbuild/protobuf";
import { http } from "#gen/google/api/annotations_pb.js";
import type { HttpRule } from "#gen/google/api/http_pb.js";
import { RuleError, type RuleOrigin } from "./rule-error.ts";
import type { ServiceConfig } from "./service-config.ts";
import { parseTemplate, type Template, TemplateError } from "./template.ts";

/** A method that REST can carry: of any kind, told apart by `methodKind`. */
export type RestMethod =
  | DescMethodUnary
  | DescMethodServerStreaming
  | DescMethodClientStreaming
  | DescMethodBiDiStreaming;

/** One HTTP rule or additional binding, its template parsed. */
export interface Binding {
  readonly method: RestMethod;
  /** `file:line` of a rule from a service configuration; undefined for one of the method itself. */
  readonly source?: string | undefined;
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
 * Reads the rule of every method: that of the configuration, else its google.api.http option. A method without one has
 * no route.
 *
 * @throws RuleError for a rule that http.proto does not allow, or for a method that is not served
 */
export function gatherBindings(services: readonly DescService[], config?: ServiceConfig): Binding[] {
  const methods = services.flatMap((service) => service.methods).filter(isRestMethod);
  const configured = new Map(config?.rules.map((each) => [each.selector, each]));
  const names = new Set(methods.map((method) => `${method.parent.typeName}.${method.name}`));
  for (const { selector, source } of configured.values()) {
    if (!names.has(selector)) throw new RuleError(`"${selector}" is no method that is served`, { source });
  }
  return methods.flatMap((method) => {
    const own = configured.get(`${method.parent.typeName}.${method.name}`);
    if (own !== undefined) return bindingsOf(own.rule, { method, source: own.source });
    return hasOption(method, http) ? bindingsOf(getOption(method, http), { method }) : [];
  });
}

/** The kinds are the four there are: this is for the compiler. */
function isRestMethod(method: DescMethod): method is RestMethod {
  return ["unary", "server_streaming", "client_streaming", "bidi_streaming"].includes(method.methodKind);
}

type MethodOrigin = RuleOrigin & { readonly method: RestMethod };

function bindingsOf(rule: HttpRule, origin: MethodOrigin): Binding[] {
  if (rule.additionalBindings.some((each) => each.additionalBindings.length > 0)) {
    throw new RuleError("additional_bindings must not be nested", origin);
  }
  return [rule, ...rule.additionalBindings].map((each) => toBinding(each, origin));
}

function toBinding(rule: HttpRule, origin: MethodOrigin): Binding {
  const { method, source } = origin;
  const { pattern } = rule;
  if (pattern.case === undefined) throw new RuleError("the rule has no pattern", origin);
  const httpMethod = pattern.case === "custom" ? pattern.value.kind.toUpperCase() : pattern.case.toUpperCase();
  if (!tokenPattern.test(httpMethod)) throw new RuleError(`"${httpMethod}" is not an HTTP method`, origin);
  const isStreamed = method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming";
  if (isStreamed && rule.body === "") throw new RuleError("streams from the client need a rule with a body", origin);
  const path = pattern.case === "custom" ? pattern.value.path : pattern.value;
  try {
    const template = parseTemplate(path);
    return { method, source, httpMethod, template, body: rule.body, responseBody: rule.responseBody };
  } catch (error) {
    if (error instanceof TemplateError) throw new RuleError(error.message, origin);
    throw error;
  }
}

/** `GET /v1/{name=accounts/*}`, for messages and listings. */
export function describeBinding({ httpMethod, template }: Binding): string {
  return `${httpMethod} ${template.source}`;
}
