/** Holds an answer against what its operation documents. */
import { Ajv2020, type ValidateFunction } from "@redocly/ajv/dist/2020.js";
import type { OpenApiDocument, Operation, Response, Schema } from "../openapi.ts";
import type { ProbeAnswer } from "./send.ts";

/** Says what is wrong with an answer; undefined for nothing. */
export type CheckAnswer = (operation: Operation, answer: ProbeAnswer) => string | undefined;

/** Tells whether a value is one of a schema, and if not, why. */
export type Validate = (schema: Schema, value: unknown) => string | undefined;

/** Makes a validator for schemas that refer to components of the document. */
export function createValidate({ components }: Pick<OpenApiDocument, "components">): Validate {
  // Formats are left out: those of JSON Schema are narrower than RFC 3339, and those of OpenAPI are no strings to it.
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const compiled = new Map<Schema, ValidateFunction>();
  return (schema, value) => {
    let validate = compiled.get(schema);
    if (validate === undefined) {
      validate = ajv.compile({ ...schema, components });
      compiled.set(schema, validate);
    }
    return validate(value) ? undefined : ajv.errorsText(validate.errors);
  };
}

/** Makes the check. `default` documents no status: what is known to happen has an entry of its own. */
export function createCheckAnswer(document: OpenApiDocument): CheckAnswer {
  const validate = createValidate(document);
  return (operation, { status, mediaType, body }) => {
    const given = operation.responses[status];
    if (given === undefined) return `status ${status} is not documented`;
    const { content } = "$ref" in given ? shared(given.$ref) : given;
    if (content === undefined || "*/*" in content) return undefined;
    const schema = content[mediaType]?.schema;
    if (schema === undefined) return `media type ${mediaType} is not documented for ${status}`;
    for (const text of recordsOf(mediaType, body)) {
      const problem = validate(schema, JSON.parse(text));
      if (problem !== undefined) return `the body of ${status} is not as documented: ${problem}`;
    }
    return undefined;
  };

  function shared(reference: string): Response {
    const found = document.components.responses[reference.split("/").pop() ?? ""];
    if (found === undefined) throw new Error(`${reference} leads nowhere`);
    return found;
  }
}

/** The JSON texts in a body. A stream may be cut within one, which is left out. */
function recordsOf(mediaType: string, body: string): string[] {
  if (mediaType === "application/x-ndjson") return body.split("\n").slice(0, -1);
  if (mediaType !== "text/event-stream") return [body];
  const events = body.split("\n\n").slice(0, -1);
  return events.flatMap((event) =>
    event.split("\n").flatMap((line) => (line.startsWith("data: ") ? [line.slice(6)] : [])),
  );
}
