/** The schema of every error answer: AIP-193 over HTTP. */
import { statusOfCode } from "../transcoder/status.ts";
import type { Schema } from "./openapi.ts";

/** Where answers refer to. */
export const errorReference: Schema = { $ref: "#/components/schemas/Error" };

const statusNames = [...new Set(Object.values(statusOfCode).map(({ name }) => name))].sort();

/** Schemas of errors, by name. */
export const errorSchemas: Readonly<Record<string, Schema>> = {
  Error: {
    type: "object",
    description: "Why a request was refused or failed: a google.rpc.Status as AIP-193 writes it over HTTP.",
    required: ["error"],
    properties: {
      error: {
        type: "object",
        required: ["code", "status", "message", "details"],
        properties: {
          code: { type: "integer", description: "The HTTP status." },
          status: { type: "string", enum: statusNames, description: "The google.rpc.Code: what kind of error it is." },
          message: {
            type: "string",
            description: "For developers, in English. Not to be parsed; the reason is in details.",
          },
          details: {
            type: "array",
            description: "What programs act on: ErrorInfo, and BadRequest or RetryInfo where they apply.",
            items: {
              anyOf: [
                { $ref: "#/components/schemas/Error.Info" },
                { $ref: "#/components/schemas/Error.BadRequest" },
                { $ref: "#/components/schemas/Error.RetryInfo" },
                { $ref: "#/components/schemas/google.protobuf.Any" },
              ],
            },
          },
        },
      },
    },
  },
  "Error.Info": {
    type: "object",
    description: "google.rpc.ErrorInfo: the reason, stable enough to branch on.",
    required: ["@type", "reason", "domain"],
    properties: {
      "@type": typeOf("google.rpc.ErrorInfo"),
      reason: { type: "string", description: "In UPPER_SNAKE." },
      domain: { type: "string", description: "Who gives the reason." },
      metadata: { type: "object", additionalProperties: { type: "string" }, description: "What the reason is about." },
    },
  },
  "Error.BadRequest": {
    type: "object",
    description: "google.rpc.BadRequest: which fields of the request are wrong.",
    required: ["@type"],
    properties: {
      "@type": typeOf("google.rpc.BadRequest"),
      fieldViolations: {
        type: "array",
        items: {
          type: "object",
          properties: {
            field: { type: "string", description: "Path of the field." },
            description: { type: "string", description: "What is wrong with it." },
            reason: { type: "string", description: "The same in UPPER_SNAKE, where there is a name for it." },
          },
        },
      },
    },
  },
  "Error.RetryInfo": {
    type: "object",
    description: "google.rpc.RetryInfo: when trying again makes sense. The header Retry-After says the same.",
    required: ["@type"],
    properties: {
      "@type": typeOf("google.rpc.RetryInfo"),
      retryDelay: { type: "string", pattern: "^[0-9]{1,12}(?:\\.[0-9]{1,9})?s$", description: 'Such as "1.5s".' },
    },
  },
};

function typeOf(typeName: string): Schema {
  return { type: "string", const: `type.googleapis.com/${typeName}` };
}
