/** The edge's own endpoints, which no contract describes. */

import type { PathItem, Response, Schema, Tag } from "../openapi.ts";
import { responseReference } from "../responses.ts";

/** The tag they stand under. */
export const edgeTag: Tag = { name: "Edge", description: "The edge itself: its health, and this document." };

const parts: Schema = {
  type: "object",
  description: "Whether each capability's backend serves.",
  additionalProperties: { type: "boolean" },
};

const refusals = { "414": responseReference("UriTooLong"), "431": responseReference("HeadersTooLarge") };

/** Path items by path. None needs a token. */
export const edgePaths: Readonly<Record<string, PathItem>> = {
  "/healthz": {
    get: {
      operationId: "Edge_Healthz",
      tags: [edgeTag.name],
      summary: "Tells whether the process lives",
      description: "Tells whether the process lives. For a supervisor, which restarts what does not answer.",
      security: [],
      responses: { "200": answer("It lives.", statusSchema(["alive"])), ...refusals },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "Edge_OpenApi",
      tags: [edgeTag.name],
      summary: "Reads this document",
      description: "Reads this document.",
      security: [],
      responses: { "200": answer("OpenAPI 3.1.", { type: "object" }), ...refusals },
    },
  },
  "/readyz": {
    get: {
      operationId: "Edge_Readyz",
      tags: [edgeTag.name],
      summary: "Tells whether the edge takes requests",
      description: "Tells whether the edge takes requests. For a load balancer, which sends none to one that does not.",
      security: [],
      responses: {
        "200": answer("Every part is ready.", statusSchema(["ready"], { parts })),
        ...refusals,
        "503": answer("A part is not ready.", statusSchema(["not ready"], { parts })),
      },
    },
  },
};

function answer(description: string, schema: Schema): Response {
  return { description, content: { "application/json": { schema } } };
}

function statusSchema(statuses: readonly string[], others: Readonly<Record<string, Schema>> = {}): Schema {
  const properties = { status: { type: "string", enum: statuses } as const, ...others };
  return { type: "object", properties, required: Object.keys(properties) };
}
