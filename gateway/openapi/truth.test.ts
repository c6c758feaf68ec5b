/** Whether the schemas are true: of what a server writes, and of what the transcoder takes. */
import { createRegistry, type DescMessage, type FileRegistry, toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAnswer } from "../transcoder/testdata/client.ts";
import { shelfFiles } from "../transcoder/testdata/load.ts";
import type { Printing } from "./index.ts";
import { answeringTranscoder } from "./testdata/answering.ts";
import { documentOf } from "./testdata/documents.ts";
import { gnarlyFiles } from "./testdata/gnarly.ts";
import { messagesOf } from "./testdata/messages.ts";
import { createValidate } from "./testing/check-answer.ts";
import { operationsOf } from "./testing/operations.ts";
import { requestsOf, targetOf } from "./testing/requests.ts";

const sets: readonly [name: string, files: FileRegistry][] = [
  ["shelf.v1", shelfFiles()],
  ["gnarly.v1", gnarlyFiles()],
];

/** The messages of a package that the document has in answers. */
function answeredOf(files: FileRegistry, packageName: string, names: ReadonlySet<string>): DescMessage[] {
  return [...files]
    .filter((each) => each.kind === "message")
    .filter(({ typeName }) => typeName.startsWith(packageName) && names.has(typeName));
}

const printings: readonly Printing[] = [{}, { protoNames: true, enumNumbers: true }, { defaults: false }];

describe("what a server writes is of the schema", () => {
  for (const [name, files] of sets) {
    it.each(printings)(`${name} %o`, (printing) => {
      const { components } = documentOf(files, name, printing).document;
      const validate = createValidate({ components });
      const answered = answeredOf(files, name, new Set(Object.keys(components.schemas))).filter(
        ({ typeName }) => components.schemas[typeName]?.additionalProperties !== false,
      );
      expect(answered.length).toBeGreaterThan(3);
      for (const desc of answered) {
        const schema = { $ref: `#/components/schemas/${desc.typeName}` };
        fc.assert(
          fc.property(messagesOf(desc), (message) => {
            const json = toJson(desc, message, {
              registry: files,
              alwaysEmitImplicit: printing.defaults ?? true,
              useProtoFieldName: printing.protoNames ?? false,
              enumAsInteger: printing.enumNumbers ?? false,
            });
            expect(validate(schema, JSON.parse(JSON.stringify(json)))).toBeUndefined();
          }),
          { numRuns: 60 },
        );
      }
    });
  }
});

describe("what the schemas allow is taken", () => {
  for (const [name, files] of sets) {
    const document = documentOf(files, name).document;
    const transcoder = answeringTranscoder(files, createRegistry(files));
    it.each(operationsOf(document))(`${name} $httpMethod $path`, async (placed) => {
      await fc.assert(
        fc.asyncProperty(requestsOf(placed, document), async (request) => {
          const { method, header, body } = request;
          const chunks = body === undefined ? undefined : chunksOf(body);
          const signal = new AbortController().signal;
          const answer = await transcoder.handle({
            method,
            url: targetOf(request),
            header: new Headers(header),
            body: chunks,
            signal,
          });
          const { status, text } = await readAnswer(answer);
          expect(text).not.toContain('"error"');
          expect(status).toBe(200);
        }),
        { numRuns: 60 },
      );
    });
  }
});

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
