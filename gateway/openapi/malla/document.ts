/** The document of Malla's REST surface. */
import type { FileRegistry } from "@bufbuild/protobuf";
import { openApiOf } from "../document.ts";
import type { OpenApiDocument } from "../openapi.ts";
import { routesOf } from "../routes.ts";
import { mallaConventions } from "./conventions.ts";
import { headerFields } from "./header-fields.ts";
import { mallaInfo } from "./info.ts";

/**
 * Describes every google.api.http rule of the contracts, in the order of the files' names, and the edge's own endpoints.
 *
 * @param files from a FileDescriptorSet with source info: the comments are the descriptions
 * @throws when a rule cannot be served or described
 */
export function mallaDocument(files: FileRegistry): OpenApiDocument {
  const sorted = [...files.files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const { document, omitted } = openApiOf({
    routes: routesOf(
      sorted.flatMap((file) => file.services),
      headerFields,
    ),
    registry: files,
    info: mallaInfo,
    security: {
      required: [{ bearer: [] }],
      schemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "An access token of the bank's authorisation server. `x-required-scopes` says what it must allow.",
        },
      },
    },
    conventions: mallaConventions(files),
  });
  if (omitted.length > 0) throw new Error(`OpenAPI cannot state: ${omitted.join("; ")}`);
  return document;
}
