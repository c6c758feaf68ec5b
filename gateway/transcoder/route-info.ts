/** Routes as others see them: an OpenAPI generator, a listing. */

import type { Route } from "./route.ts";
import type { RestMethod } from "./rules.ts";
import type { Template } from "./template.ts";

/** One rule served. */
export interface RouteInfo {
  /** HTTP method in capitals; `*` for any. */
  readonly httpMethod: string;
  readonly template: Template;
  readonly method: RestMethod;
  /** HttpRule.body as written: empty, `*`, or a top-level field of the request. */
  readonly body: string;
  /** HttpRule.response_body as written: empty or a top-level field of the response. */
  readonly responseBody: string;
  /** Request headers that fill fields: header in lower case, and field path in proto names. */
  readonly headers: readonly { readonly header: string; readonly fieldPath: string }[];
}

/** The public side of a route. */
export function routeInfoOf({ binding, headers }: Route): RouteInfo {
  return {
    ...binding,
    headers: headers.map(({ header, fields }) => ({ header, fieldPath: fields.map(({ name }) => name).join(".") })),
  };
}
