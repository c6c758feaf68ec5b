/** Properties of streams: however a body is cut, its messages arrive equal, and nothing in it is a server error. */
import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { createTestTranscoder, readAnswer } from "./testdata/client.ts";
import { bodyMessage } from "./testdata/everything.ts";
import { shelfMessage, testRegistry } from "./testdata/load.ts";
import { parseJson } from "./testdata/parse-json.ts";

const everything = shelfMessage("Everything");
const registry = testRegistry;
const bugs: unknown[] = [];
const { transcoder, calls } = createTestTranscoder({ onInternalError: (error) => bugs.push(error) });

afterEach(() => expect(bugs).toEqual([]));

const types = fc.constantFrom("application/x-ndjson", "application/jsonl", "application/json", undefined);
const cuts = fc.array(fc.nat(), { maxLength: 20 });

/** `bytes` in pieces, some of them empty; cut between any two bytes. */
async function* cut(bytes: Buffer, at: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const to of at.map((each) => each % (bytes.length + 1)).toSorted((a, b) => a - b)) {
    yield bytes.subarray(from, to);
    from = to;
  }
  yield bytes.subarray(from);
}

async function send(bytes: Buffer, at: readonly number[], type: string | undefined) {
  calls.length = 0;
  const header = new Headers(type === undefined ? {} : { "content-type": type });
  const { signal } = new AbortController();
  const body = cut(bytes, at);
  return readAnswer(await transcoder.handle({ method: "POST", url: "/v1/echo", header, signal, body }));
}

function resultsOf(text: string): JsonValue[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Object(parseJson(line)).result);
}

/** As the wire has it: a float may be written in more than one way. */
function onTheWire(json: unknown): JsonValue {
  const message = fromJson(everything, parseJson(JSON.stringify(json)), { registry });
  return toJson(everything, fromBinary(everything, toBinary(everything, message)), { registry });
}

test("any messages, one a line, come back equal, wherever the body is cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(bodyMessage, { maxLength: 5 }), cuts, types, async (messages, at, type) => {
      const body = Buffer.from(messages.map((each) => `${JSON.stringify(each)}\n`).join(""));
      const answer = await send(body, at, type);
      expect(answer.status).toBe(200);
      expect(resultsOf(answer.text).map(onTheWire)).toEqual(messages.map(onTheWire));
    }),
    { numRuns: 500 },
  );
});

test("a body cut at each of its bytes is the same body", async () => {
  const body =
    '{"stringValue":"é🚢\\"}{","nested":{"words":["]"]}}\r\n{}\n\n{"int64Value":-9007199254740993}{"labels":{"{":"["}}';
  const bytes = Buffer.from(body);
  const { text } = await send(bytes, [], "application/x-ndjson");
  expect(resultsOf(text)).toHaveLength(4);
  for (let at = 0; at <= bytes.length; at++) {
    expect((await send(bytes, [at], "application/x-ndjson")).text).toBe(text);
  }
  const everyByte = Array.from(bytes, (_byte, index) => index);
  expect((await send(bytes, everyByte, "application/json")).text).toBe(text);
});

const separators = fc.constantFrom("", " ", "\n", "\r\n", "\t\n \n");

test("values of a body that is not by lines may follow each other with any white space or none", async () => {
  const laidOut = fc.tuple(bodyMessage, fc.constantFrom(0, 2), separators);
  await fc.assert(
    fc.asyncProperty(fc.array(laidOut, { maxLength: 4 }), cuts, async (values, at) => {
      const body = values.map(([value, indent, separator]) => JSON.stringify(value, undefined, indent) + separator);
      const answer = await send(Buffer.from(body.join("")), at, "application/json");
      expect(resultsOf(answer.text)).toHaveLength(values.length);
    }),
    { numRuns: 200 },
  );
});

const fragment = fc.oneof(
  fc.constantFrom("{", "}", "[", "]", '"', "\\", ",", ":", "\n", "\r", " ", "1", "-", "null", "tru", "\ufeff", "\0"),
  fc.constantFrom('{"stringValue":"a"}', '{"int64Value":1}\n', '{"nested":{}}', '"__proto__"', '{"nope":'),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const garbage = fc.oneof(
  fc.array(fragment, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(""))),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);

test("nothing that a client sends as a stream is a server error", async () => {
  await fc.assert(
    fc.asyncProperty(garbage, cuts, types, async (bytes, at, type) => {
      const { status, text } = await send(bytes, at, type);
      expect(bugs).toEqual([]);
      expect(status).toBeLessThan(500);
      expect(text).not.toMatch(/"code":5\d\d/);
    }),
    { numRuns: 3000 },
  );
});

test("what is one body does not depend on where it is cut, good or bad", async () => {
  await fc.assert(
    fc.asyncProperty(garbage, cuts, types, async (bytes, at, type) => {
      const [whole, pieces] = [await send(bytes, [], type), await send(bytes, at, type)];
      expect([pieces.status, pieces.text]).toEqual([whole.status, whole.text]);
    }),
    { numRuns: 1000 },
  );
});
