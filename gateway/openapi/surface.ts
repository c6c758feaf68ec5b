/** What the generator's parts work with. */
import type { DescMessage } from "@bufbuild/protobuf";
import { compileRoute, type Route } from "../transcoder/route.ts";
import type { RouteInfo } from "../transcoder/route-info.ts";
import type { Conventions } from "./conventions.ts";
import type { OpenApiOptions } from "./document.ts";
import { createIsRequired, type IsRequired } from "./required-fields.ts";
import type { SampleRules } from "./sample-body.ts";
import { createSchemaBook, type SchemaBook } from "./schema-book.ts";

/** A REST surface. */
export interface Surface {
  readonly routes: readonly Route[];
  readonly book: SchemaBook;
  readonly isRequired: IsRequired;
  readonly conventions: Conventions;
  /** What the document asks of a caller unless a method says otherwise. */
  readonly isSecured: boolean;
}

/** Reads the surface by the transcoder's own eyes, so that what is documented is what is served. */
export function readSurface(options: OpenApiOptions): Surface {
  const { registry, conventions = {}, printing = {}, ignoreUnknownFields = false } = options;
  const isRequired = createIsRequired(registry);
  const routes = options.routes.map(routeOf);
  const rules = { isRequired, printing, ignoreUnknownFields, conventions };
  return {
    routes,
    book: createSchemaBook(rules, answeredBy(routes)),
    isRequired,
    conventions,
    isSecured: (options.security?.required ?? []).length > 0,
  };
}

/** What examples are made with. */
export function sampleRules({ book, conventions }: Surface): SampleRules {
  const schemas = book.schemas();
  return {
    resolve: (schema) => (schema.$ref === undefined ? schema : (schemas[schema.$ref.split("/").pop() ?? ""] ?? schema)),
    valuesByName: conventions.valuesByName,
  };
}

function routeOf(info: RouteInfo): Route {
  return compileRoute(info, Object.fromEntries(info.headers.map(({ header, fieldPath }) => [header, fieldPath])));
}

/** Every message that an answer can hold: what requests hold too needs a name of its own there. */
function answeredBy(routes: readonly Route[]): ReadonlySet<DescMessage> {
  const found = new Set<DescMessage>();
  for (const { binding } of routes) add(binding.method.output);
  return found;

  function add(message: DescMessage): void {
    if (found.has(message)) return;
    found.add(message);
    for (const field of message.fields) if (field.message !== undefined) add(field.message);
  }
}
