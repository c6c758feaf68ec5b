/** The OpenAPI 3.1 document of a REST surface, from descriptors of any origin. */
import type { Registry } from "@bufbuild/protobuf";
import type { RouteInfo } from "../transcoder/route-info.ts";
import { commentOf } from "./comments.ts";
import type { Conventions } from "./conventions.ts";
import type {
  Info,
  OpenApiDocument,
  Operation,
  PathItem,
  Response,
  SecurityRequirement,
  SecurityScheme,
  Tag,
} from "./openapi.ts";
import { tagOf } from "./operation.ts";
import { pathsOf } from "./paths.ts";
import type { Printing } from "./printing.ts";
import { jsonText } from "./protojson-text.ts";
import { responseReference, sharedResponses } from "./responses.ts";
import { wholeShapes } from "./shape.ts";
import { readSurface, type Surface } from "./surface.ts";

/** What a document is made from. */
export interface OpenApiOptions {
  /** `routes` of a transcoder, or what `routesOf` gives. */
  readonly routes: readonly RouteInfo[];
  /** Types that rules of buf.validate refer to. */
  readonly registry: Registry;
  /** Without a description it gets one of how JSON is read and written. */
  readonly info: Info;
  /** Where the API is served. Default: where the document comes from. */
  readonly servers?: OpenApiDocument["servers"];
  /** How callers show who they are, and what is asked of them where a method says nothing else. Default: nothing. */
  readonly security?: {
    readonly schemes: Readonly<Record<string, SecurityScheme>>;
    readonly required: readonly SecurityRequirement[];
  };
  readonly conventions?: Conventions;
  /** How the transcoder writes answers. Default: as ProtoJSON, with defaults. */
  readonly printing?: Printing;
  /** Whether the transcoder passes over fields that do not exist. Default false. */
  readonly ignoreUnknownFields?: boolean;
}

/** A document. */
export interface OpenApi {
  readonly document: OpenApiDocument;
  /** Routes that OpenAPI cannot state, each with its reason. */
  readonly omitted: readonly string[];
}

/** Describes the routes. Equal options give equal documents. */
export function openApiOf(options: OpenApiOptions): OpenApi {
  const { info, servers = [{ url: "/" }], security, conventions = {} } = options;
  const surface = readSurface(options);
  const { paths, omitted } = pathsOf(surface);
  describeCarried(surface);
  const all = { ...paths, ...conventions.endpoints?.paths };
  const ownTags = conventions.endpoints === undefined ? [] : [conventions.endpoints.tag];
  const document: OpenApiDocument = {
    openapi: "3.1.0",
    info: { ...info, description: info.description ?? jsonText(options.printing) },
    servers,
    security: security?.required ?? [],
    tags: [...tagsOf(surface), ...ownTags],
    paths: sortByName(all),
    components: {
      schemas: surface.book.schemas(),
      responses: referredBy(all, sharedResponses(conventions)),
      ...(security === undefined ? {} : { securitySchemes: security.schemes }),
    },
  };
  return { document, omitted };
}

function describeCarried({ routes, conventions, book }: Surface): void {
  for (const { binding } of routes) {
    for (const message of conventions.method?.(binding.method).carried ?? []) book.message(message, wholeShapes.output);
  }
}

function referredBy(
  paths: Readonly<Record<string, PathItem>>,
  responses: Readonly<Record<string, Response>>,
): Record<string, Response> {
  const operations = Object.values(paths).flatMap((item): Operation[] => Object.values(item));
  const answers = operations.flatMap((operation) => Object.values(operation.responses));
  const references = new Set(answers.flatMap((answer) => ("$ref" in answer ? [answer.$ref] : [])));
  return Object.fromEntries(Object.entries(responses).filter(([name]) => references.has(responseReference(name).$ref)));
}

function tagsOf(surface: Surface): Tag[] {
  const services = new Set(surface.routes.map((route) => route.binding.method.parent));
  return [...services].map((service) => ({
    name: tagOf(service, surface),
    description: commentOf(service) || `The methods of \`${service.typeName}\`.`,
  }));
}

function sortByName<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
