import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import type { Printing } from "./options.ts";
import { readServiceConfig } from "./service-config.ts";
import { createTestTranscoder } from "./testdata/client.ts";
import { shelfMessage, testRegistry } from "./testdata/load.ts";

function printing(options: Printing, name: string, json: JsonValue, rules = "") {
  const message = fromJson(shelfMessage(name), json, { registry: testRegistry });
  const call = { unary: async () => ({ message, header: new Headers(), trailer: new Headers() }) };
  const serviceConfig = readServiceConfig(`http: {rules: [${rules}]}`, "rules.yaml");
  return createTestTranscoder({ printing: options, call, serviceConfig });
}

const book = { displayName: "b", priceMinor: "0", author: { displayName: "a", mentor: { born: 5 } } };
const printed: readonly [clause: string, options: Printing, json: JsonValue][] = [
  [
    "lowerCamel with defaults",
    {},
    {
      name: "",
      displayName: "b",
      priceMinor: "0",
      author: { displayName: "a", born: 0, mentor: { displayName: "", born: 5 } },
      others: [],
      labels: {},
    },
  ],
  [
    "no defaults, at any depth",
    { omitDefaults: true },
    { displayName: "b", author: { displayName: "a", mentor: { born: 5 } } },
  ],
  [
    "proto names, at any depth",
    { protoNames: true, omitDefaults: true },
    { display_name: "b", author: { display_name: "a", mentor: { born: 5 } } },
  ],
];

test.each(printed)("%s", async (_clause, options, json) => {
  expect((await printing(options, "Book", book).send("GET /v1/books/9")).json).toEqual(json);
});

test.each([
  [{}, "RED", ["BLUE", "RED"]],
  [{ enumsAsNumbers: true }, 1, [2, 1]],
])("enums with %o", async (options: Printing, color, colors) => {
  const { send } = printing(options, "Everything", { color: "RED", colors: ["BLUE", "RED"], byBool: { true: "BLUE" } });
  expect((await send("GET /v1/everything")).json).toMatchObject({ color, colors, byBool: { true: colors[0] } });
});

const parts: readonly [clause: string, options: Printing, field: string, message: JsonValue, text: string][] = [
  ["a default", { omitDefaults: true }, "numbers", {}, "[]"],
  ["a default scalar", { omitDefaults: true }, "int64_value", {}, '"0"'],
  ["a message without presence", {}, "nested", {}, "null"],
  [
    "a message, without the defaults in it",
    { omitDefaults: true },
    "nested",
    { nested: { leafText: "a" } },
    '{"leafText":"a"}',
  ],
  ["an empty message", { omitDefaults: true }, "nested", { nested: {} }, "{}"],
  [
    "proto names",
    { omitDefaults: true, protoNames: true },
    "nested",
    { nested: { leafText: "a" } },
    '{"leaf_text":"a"}',
  ],
];

test.each(parts)("response_body: %s", async (_clause, options, field, message, text) => {
  const rule = `{selector: shelf.v1.Shelf.Search, get: /v2/part, response_body: ${field}}`;
  expect((await printing(options, "Everything", message, rule).send("GET /v2/part")).text).toBe(text);
});

test("errors are written the one way there is, whatever the options", async () => {
  const error = new ConnectError("no", Code.NotFound, undefined, [
    { desc: ErrorInfoSchema, value: { reason: "R" } },
    { desc: shelfMessage("Author"), value: fromJson(shelfMessage("Author"), { displayName: "a" }) },
  ]);
  const { send } = createTestTranscoder({
    printing: { protoNames: true, enumsAsNumbers: true, omitDefaults: true },
    call: { unary: () => Promise.reject(error) },
  });
  expect((await send("GET /v1/books/9")).json).toMatchObject({
    error: { code: 404, status: "NOT_FOUND", details: [{ reason: "R" }, { displayName: "a" }] },
  });
});
