/** The examples of the document, sent: a transcoder must take each, and the rules of the contract must hold. */
import { create, type DescMethod, type JsonValue, type Message } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { describe, expect, it } from "vitest";
import type { TranscoderCall } from "../../transcoder/options.ts";
import { createTranscoder } from "../../transcoder/transcoder.ts";
import type { Operation, Parameter } from "../openapi.ts";
import { mallaDocument } from "./document.ts";
import { headerFields } from "./header-fields.ts";
import { contracts } from "./testdata/contracts.ts";

const files = contracts();
const document = mallaDocument(files);
const validator = createValidator({ registry: files });

/** Calls that were made, as `Service_Method` with what breaks a rule. */
const calls: { name: string; problems: string[] }[] = [];

const call: TranscoderCall = {
  async unary(method, message) {
    note(method, message);
    return { message: create(method.output), header: new Headers(), trailer: new Headers() };
  },
  async *serverStream(method, message) {
    note(method, message);
    yield create(method.output);
  },
  async clientStream(method, messages) {
    for await (const message of messages) note(method, message);
    return { message: create(method.output), header: new Headers(), trailer: new Headers() };
  },
};

function note(method: DescMethod, message: Message): void {
  const result = validator.validate(method.input, message);
  if (result.kind === "error") throw result.error;
  const problems = result.kind === "invalid" ? result.violations.map(String) : [];
  calls.push({ name: `${method.parent.name}_${method.name}`, problems });
}

const services = [...files.files].flatMap((file) => file.services);
const transcoder = createTranscoder({ services, registry: files, call, headerFields });

/** What the messages of a stream come as, one per line. */
const NDJSON = "application/x-ndjson";

interface Sending {
  readonly name: string;
  readonly operation: Operation;
  readonly httpMethod: string;
  readonly path: string;
  readonly body: JsonValue | undefined;
}

const sendings = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries<Operation>(item)
    .filter(([, operation]) => !operation.tags.includes("Edge"))
    .flatMap(([httpMethod, operation]): Sending[] =>
      bodiesOf(operation).map(([name, body]) => ({
        name: `${operation.operationId}${name}`,
        operation,
        httpMethod,
        path,
        body,
      })),
    ),
);

function bodiesOf({ requestBody }: Operation): [name: string, body: JsonValue | undefined][] {
  const media = requestBody?.content["application/json"] ?? requestBody?.content[NDJSON];
  if (media?.examples === undefined) return [["", media?.example]];
  return Object.entries(media.examples).map(([name, { value }]) => [` ${name}`, value]);
}

function urlOf(path: string, parameters: readonly Parameter[]): string {
  const exampleOf = ({ example }: Parameter) => encodeURIComponent(String(example));
  const filled = parameters
    .filter((parameter) => parameter.in === "path")
    .reduce((url, parameter) => url.replace(`{${parameter.name}}`, exampleOf(parameter)), path);
  const query = parameters.filter((parameter) => parameter.in === "query" && parameter.required === true);
  return `${filled}?${query.map((parameter) => `${parameter.name}=${exampleOf(parameter)}`).join("&")}`;
}

describe("an example is a valid request", () => {
  it.each(sendings)("$name", async ({ operation, httpMethod, path, body }) => {
    const { parameters = [] } = operation;
    const header = new Headers();
    for (const parameter of parameters) {
      if (parameter.in === "header" && parameter.example !== undefined)
        header.set(parameter.name, String(parameter.example));
    }
    if (operation.requestBody?.content[NDJSON] !== undefined) {
      header.set("content-type", NDJSON);
    }
    const request = {
      method: httpMethod.toUpperCase(),
      url: urlOf(path, parameters),
      header,
      body: body === undefined ? undefined : chunksOf(JSON.stringify(body)),
      signal: AbortSignal.timeout(5_000),
    };
    calls.length = 0;
    const response = await transcoder.handle(request);
    expect(response.status).toBe(200);
    expect(calls).toEqual([{ name: operation.operationId, problems: [] }]);
  });

  it("every required body has one", () => {
    const without = sendings.filter(
      ({ operation, body }) => operation.requestBody?.required === true && body === undefined,
    );
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
