/** The OpenAPI 3.1 document of the REST surface, from descriptors alone. */
import type { FileRegistry } from "@bufbuild/protobuf";
import { commentOf } from "./comments.ts";
import { conventions } from "./conventions.ts";
import { edgePaths, edgeTag } from "./edge-endpoints.ts";
import { errorSchemas } from "./error-schema.ts";
import type { Info, OpenApiDocument, PathItem, Response, Schema, Tag } from "./openapi.ts";
import { operationOf, type PlacedOperation } from "./operation.ts";
import { described } from "./prose.ts";
import { responseReference, sharedResponses } from "./responses.ts";
import { methodRules, readSurface, type Surface } from "./surface.ts";
import { anySchema } from "./well-known-schema.ts";

/** What the contracts do not know about themselves. */
export interface DocumentInfo extends Info {
  /** Where the API is served. Default: where the document comes from. */
  readonly servers?: OpenApiDocument["servers"];
}

/**
 * Describes every google.api.http rule of the files, and the edge's own endpoints. Equal files give equal documents.
 *
 * @param files from a FileDescriptorSet with source info: the comments are the descriptions
 * @throws RuleError for a rule that cannot be served or described
 */
export function createOpenApiDocument(files: FileRegistry, info: DocumentInfo): OpenApiDocument {
  const { servers = [{ url: "/" }], ...rest } = info;
  const surface = readSurface(files);
  const operations = surface.routes.map((route) => operationOf(route, surface));
  describeEvents(surface);
  return {
    openapi: "3.1.0",
    info: { ...rest, description: rest.description ?? conventions },
    servers,
    security: [{ bearer: [] }],
    tags: [...tagsOf(surface), edgeTag],
    paths: sortByName({ ...pathsOf(operations), ...edgePaths }),
    components: {
      schemas: sortByName<Schema>({ ...surface.book.schemas(), ...errorSchemas, "google.protobuf.Any": anySchema }),
      responses: referredBy(operations, sharedResponses(files)),
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "An access token of the bank's authorisation server. `x-required-scopes` says what it must allow.",
        },
      },
    },
  };
}

/** Events travel inside an Any, so nothing refers to their schemas; whoever reads the stream needs them all the same. */
function describeEvents({ routes, files, book }: Surface): void {
  for (const name of routes.flatMap((route) => methodRules(route.binding.method).emits)) {
    const event = files.getMessage(name);
    if (event !== undefined) book.message(event);
  }
}

function referredBy(
  operations: readonly PlacedOperation[],
  responses: Readonly<Record<string, Response>>,
): Record<string, Response> {
  const answers = operations.flatMap(({ operation }) => Object.values(operation.responses));
  const references = new Set(answers.flatMap((answer) => ("$ref" in answer ? [answer.$ref] : [])));
  return Object.fromEntries(Object.entries(responses).filter(([name]) => references.has(responseReference(name).$ref)));
}

function tagsOf({ routes }: Surface): Tag[] {
  const services = new Set(routes.map((route) => route.binding.method.parent));
  return [...services].map((service) => ({ name: service.name, ...described(commentOf(service)) }));
}

function pathsOf(operations: readonly PlacedOperation[]): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {};
  for (const { path, httpMethod, operation } of operations) {
    if (paths[path]?.[httpMethod] !== undefined) throw new Error(`two operations at ${httpMethod} ${path}`);
    paths[path] = { ...paths[path], [httpMethod]: operation };
  }
  return paths;
}

function sortByName<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
