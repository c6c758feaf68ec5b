/** The edge's own endpoints, which no contract describes. */
import type { PathItem, Tag } from "./openapi.ts";

/** The tag they stand under. */
export const edgeTag: Tag = { name: "Edge", description: "The edge itself: its health, and this document." };

const ready = { description: "Ready: the edge takes requests." };
const notReady = { description: "Not ready: starting, draining, or something it needs is down." };

/** Path items by path. None needs a token. */
export const edgePaths: Readonly<Record<string, PathItem>> = {
  "/healthz": {
    get: {
      operationId: "Edge_Healthz",
      tags: [edgeTag.name],
      summary: "Tells whether the process lives",
      description: "Tells whether the process lives. For a supervisor, which restarts what does not answer.",
      security: [],
      responses: { "200": { description: "It lives." } },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "Edge_OpenApi",
      tags: [edgeTag.name],
      summary: "Reads this document",
      description: "Reads this document.",
      security: [],
      responses: {
        "200": { description: "OpenAPI 3.1.", content: { "application/json": { schema: { type: "object" } } } },
      },
    },
  },
  "/readyz": {
    get: {
      operationId: "Edge_Readyz",
      tags: [edgeTag.name],
      summary: "Tells whether the edge takes requests",
      description: "Tells whether the edge takes requests. For a load balancer, which sends none to one that does not.",
      security: [],
      responses: { "200": ready, "503": notReady },
    },
  },
};
