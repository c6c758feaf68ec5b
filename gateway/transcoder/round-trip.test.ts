/** Properties: what a client encodes by http.proto arrives equal, and nothing a client can send is a server error. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTestTranscoder } from "./testdata/client.ts";
import {
  bodyMessage,
  canonical,
  int64,
  leaves,
  nestedLeaves,
  queryMessage,
  text,
  time,
} from "./testdata/everything.ts";
import { shelfMessage } from "./testdata/load.ts";
import { parseJson } from "./testdata/parse-json.ts";
import { encodeQuery, encodeSegment } from "./testdata/rest-encoder.ts";

const everything = shelfMessage("Everything");

test("any message sent as a body arrives equal", async () => {
  await fc.assert(
    fc.asyncProperty(bodyMessage, async (message) => {
      const { send, calls } = createTestTranscoder();
      const answer = await send("POST /v1/everything", { body: JSON.stringify(message) });
      expect(answer.fields).toEqual([]);
      expect(calls[0]?.request).toEqual(canonical(message));
    }),
    { numRuns: 500 },
  );
});

test("any message sent as a query, with one field in the path, arrives equal", async () => {
  const pathText = text.filter((value) => value !== "" && value !== "." && value !== "..");
  await fc.assert(
    fc.asyncProperty(queryMessage, pathText, async (message, stringValue) => {
      const { send, calls } = createTestTranscoder();
      // From the canonical form, so that a nested message that is empty by its defaults is one the query can say.
      const wanted = canonical(message);
      const query = encodeQuery(everything, wanted).join("&");
      const answer = await send(`GET /v1/everything/${encodeSegment(stringValue)}?${query}`);
      expect(answer.fields).toEqual([]);
      expect(withoutEmpty(calls[0]?.request)).toEqual(withoutEmpty({ ...wanted, stringValue }));
    }),
    { numRuns: 500 },
  );
});

function withoutEmpty(json: unknown): unknown {
  const drop = (_key: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && Object.keys(value).length === 0 ? undefined : value;
  return parseJson(JSON.stringify(json, drop));
}

test("an integer of a body is never rounded, quoted or not", async () => {
  await fc.assert(
    fc.asyncProperty(int64, async (digits) => {
      const { send, calls } = createTestTranscoder();
      await send("POST /v1/everything", { body: `{"int64Value":${digits},"numbers":["${digits}",${digits}]}` });
      expect(calls[0]?.request).toMatchObject({ numbers: [digits, digits] });
      if (digits !== "0") expect(calls[0]?.request).toMatchObject({ int64Value: digits });
    }),
  );
});

const methods = fc.constantFrom("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "PURGE", "X");
const pathPart = fc.oneof(
  fc.constantFrom(
    "v1",
    "shelves",
    "books",
    "everything",
    "tags",
    "files",
    "any",
    "count",
    ":lend",
    ":watch",
    "",
    "%2F",
    "%FF",
    "..",
  ),
  fc.string({ maxLength: 5 }),
  fc.webSegment(),
);
const path = fc.oneof(
  fc.array(pathPart, { maxLength: 7 }).map((parts) => `/${parts.join("/")}`),
  fc.constantFrom("/v1/everything", "/v1/books/9", "/v1/shelves/7/books/9", "/v1/shelves/7/books", "/v1/tags/7"),
);
const fieldNames = [
  ...Object.keys(leaves),
  ...Object.keys(nestedLeaves),
  "nested",
  "struct",
  "value",
  "any",
  "list",
  "__proto__",
  "book",
  "labels[a]",
  "nested.below.words",
];
const name = fc.oneof(fc.constantFrom(...fieldNames), fc.string({ maxLength: 8 }));
const query = fc.oneof(
  fc
    .array(
      fc.tuple(name, fc.string({ maxLength: 8 })).map((parts) => parts.join("=")),
      { maxLength: 5 },
    )
    .map((all) => all.join("&")),
  fc.webQueryParameters(),
);
const looseJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.jsonValue(), int64, time, fc.double(), fc.constantFrom("RED", "1s", "a.b")),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 5 }),
    fc.record({
      "@type": fc.constantFrom("x/shelf.v1.Author", "x/google.protobuf.Any", "x/google.protobuf.Value"),
      value: tie("value"),
    }),
  ),
})).value;
const body = fc.oneof(
  looseJson.map((value) => Buffer.from(JSON.stringify(value) ?? "")),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  // A JSON text with a piece cut out and doubled.
  fc.tuple(looseJson, fc.nat(), fc.nat()).map(([value, from, length]) => {
    const json = JSON.stringify(value) ?? "";
    const start = from % (json.length + 1);
    return Buffer.from(
      json.slice(0, start) + json.slice(start + (length % 5)) + json.slice(start, start + (length % 7)),
    );
  }),
);

const header = fc.record(
  {
    "content-type": fc.constantFrom("application/json", "application/json; charset=utf-8", "text/plain", ";", "a/b;c"),
    "content-encoding": fc.constantFrom("identity", "gzip", "br", "zstd", "gzip, br"),
    accept: fc.constantFrom("*/*", "application/json", "text/event-stream", "image/*;q=0", "q=", ","),
    "accept-encoding": fc.constantFrom("gzip", "br;q=1.5", "identity;q=0", "*;q=0", ";;,"),
    "grpc-timeout": fc.constantFrom("1H", "99999999H", "-1S", "0n", ""),
    "x-request-timeout": fc.constantFrom("1", "0.000000001", "1e3", "NaN"),
    "grpc-metadata-authorization": fc.constantFrom("a", "", "é"),
    "x-id": fc.constantFrom("7", "é", " "),
  },
  { requiredKeys: [] },
);

test("nothing a client sends is a server error", async () => {
  const bugs: unknown[] = [];
  const { send } = createTestTranscoder({
    onInternalError: (error) => bugs.push(error),
    headerFields: { "x-id": "request_id" },
  });
  await fc.assert(
    fc.asyncProperty(
      methods,
      path,
      query,
      fc.option(body, { nil: undefined }),
      header,
      async (method, target, search, bytes, fields) => {
        const init = bytes === undefined ? { header: fields } : { header: fields, body: bytes };
        const answer = await send(`${method} ${target}?${search}`, init);
        expect(bugs).toEqual([]);
        // A deadline that is over is the one 504 that a client can ask for.
        const isOver = fields["grpc-timeout"] === "0n" && answer.status === 504;
        expect(isOver || answer.status < 500).toBe(true);
      },
    ),
    { numRuns: 5000 },
  );
});
