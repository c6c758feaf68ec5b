/** One route as an operation. */
import type { DescService } from "@bufbuild/protobuf";
import type { Route } from "../transcoder/route.ts";
import { commentOf } from "./comments.ts";
import { headerParameters } from "./header-parameters.ts";
import type { Operation, Parameter } from "./openapi.ts";
import { described, firstSentence, paragraphs, wordsOf } from "./prose.ts";
import { queryParameters } from "./query-parameters.ts";
import { requestBody } from "./request-body.ts";
import { responsesOf } from "./responses.ts";
import type { Surface } from "./surface.ts";

/** Describes a route, whose path has the given parameters. */
export function operationOf(route: Route, inPath: readonly Parameter[], surface: Surface): Operation {
  const { method } = route.binding;
  const parameters = [...inPath, ...queryParameters(route, surface), ...headerParameters(route, surface)];
  const body = requestBody(route, surface);
  const { text = [], extensions = {}, security } = surface.conventions.method?.(method) ?? {};
  const comment = commentOf(method);
  const isSecured = security === undefined ? surface.isSecured : security.length > 0;
  return {
    operationId: operationId(route, surface),
    tags: [tagOf(method.parent, surface)],
    summary: firstSentence(comment) || wordsOf(method.name),
    ...described(paragraphs(comment, ...text)),
    ...(method.deprecated || method.parent.deprecated ? { deprecated: true } : {}),
    ...(security === undefined ? {} : { security }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responsesOf(route, isSecured, surface),
    ...extensions,
  };
}

/** The name of a service; with its package where another service has the same. */
export function tagOf(service: DescService, { routes, conventions }: Surface): string {
  const isAmbiguous = routes.some(({ binding: { method } }) => {
    return method.parent !== service && method.parent.name === service.name;
  });
  return isAmbiguous ? (conventions.nameOf?.(service.typeName) ?? service.typeName) : service.name;
}

/** `AccountsService_Deposit`; an additional binding of a method gets its number behind it. */
function operationId(route: Route, surface: Surface): string {
  const { method } = route.binding;
  const index = surface.routes.filter((each) => each.binding.method === method).indexOf(route);
  return `${tagOf(method.parent, surface)}_${method.name}${index === 0 ? "" : `_${index + 1}`}`;
}
