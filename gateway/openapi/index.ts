/** The public surface of the generator. */
export type { BodyExample, Conventions, ErrorReason, Extensions, MethodNotes } from "./conventions.ts";
export { type OpenApi, type OpenApiOptions, openApiOf } from "./document.ts";
export type { Info, OpenApiDocument, SecurityRequirement, SecurityScheme } from "./openapi.ts";
export type { Printing } from "./printing.ts";
export { routesOf } from "./routes.ts";
