/** One route as an operation. */
import type { Route } from "../transcoder/route.ts";
import { RuleError } from "../transcoder/rule-error.ts";
import { commentOf } from "./comments.ts";
import { headerParameters } from "./header-parameters.ts";
import { type Operation, type PathItemMethod, pathItemMethods } from "./openapi.ts";
import { pathOf } from "./path-parameters.ts";
import { described, firstSentence, paragraphs } from "./prose.ts";
import { queryParameters } from "./query-parameters.ts";
import { requestBody } from "./request-body.ts";
import { responsesOf } from "./responses.ts";
import { methodRules, type Surface } from "./surface.ts";

/** An operation and where it stands. */
export interface PlacedOperation {
  readonly path: string;
  readonly httpMethod: PathItemMethod;
  readonly operation: Operation;
}

/**
 * Describes a route.
 *
 * @throws RuleError for a custom HTTP method, which OpenAPI 3.1 has no place for
 */
export function operationOf(route: Route, surface: Surface): PlacedOperation {
  const { method, httpMethod } = route.binding;
  const placed = pathItemMethods.find((each) => each === httpMethod.toLowerCase());
  if (placed === undefined) throw new RuleError(`OpenAPI has no place for the HTTP method ${httpMethod}`, method);
  const { path, parameters } = pathOf(route, surface);
  const all = [...parameters, ...queryParameters(route, surface), ...headerParameters(route, surface)];
  const body = requestBody(route, surface);
  const { requiredScopes, emits, isPublic } = methodRules(method);
  const comment = commentOf(method);
  const summary = firstSentence(comment);
  const operation: Operation = {
    operationId: operationId(route, surface),
    tags: [method.parent.name],
    ...(summary === "" ? {} : { summary }),
    ...described(paragraphs(comment, scopesText(requiredScopes), emitsText(emits))),
    ...(method.deprecated ? { deprecated: true } : {}),
    security: isPublic ? [] : [{ bearer: [] }],
    ...(all.length > 0 ? { parameters: all } : {}),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responsesOf(route, surface),
    ...(requiredScopes.length > 0 ? { "x-required-scopes": [...requiredScopes] } : {}),
    ...(emits.length > 0 ? { "x-emits": [...emits] } : {}),
  };
  return { path, httpMethod: placed, operation };
}

/** `AccountsService_Deposit`; an additional binding of a method gets its number behind it. */
function operationId(route: Route, { routes }: Surface): string {
  const { method } = route.binding;
  const index = routes.filter((each) => each.binding.method === method).indexOf(route);
  return `${method.parent.name}_${method.name}${index === 0 ? "" : `_${index + 1}`}`;
}

function scopesText(scopes: readonly string[]): string {
  return scopes.length === 0 ? "" : `Required scopes: ${quoted(scopes)}.`;
}

function emitsText(events: readonly string[]): string {
  return events.length === 0 ? "" : `May emit: ${quoted(events)}.`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
