import { expect, test } from "vitest";
import { sourceOf } from "./rule-error.ts";
import { createTestTranscoder } from "./testdata/client.ts";
import { shelfService } from "./testdata/load.ts";
import { type MethodInit, serviceOf } from "./testdata/rules.ts";

const get = (value: string): MethodInit => ({ rule: { pattern: { case: "get", value } } });
const post = (value: string, body: string, responseBody = ""): MethodInit => ({
  rule: { pattern: { case: "post", value }, body, responseBody },
});

const invalid: readonly [clause: string, method: MethodInit, problem: string][] = [
  ["no pattern", { rule: {} }, "the rule has no pattern"],
  ["a template outside the grammar", get("v1"), "a template starts with '/'"],
  ["a path field that does not exist", get("/v1/{nope}"), 'no field "nope" in shelf.v1.Everything'],
  ["a path field below a scalar", get("/v1/{string_value.x}"), "below a field that is not a singular message"],
  ["a repeated path field", get("/v1/{numbers}"), "must be a singular field of a primitive type"],
  ["a map path field", get("/v1/{labels}"), "must be a singular field of a primitive type"],
  ["a message path field", get("/v1/{nested}"), "must be a singular field of a primitive type"],
  ["a wrapper path field", get("/v1/{wrapped_string}"), "must be a singular field of a primitive type"],
  ["a path into a well-known type", get("/v1/{time.seconds}"), "below a field that is not a singular message"],
  ["a body that does not exist", post("/v1/x", "nope"), 'body "nope" is not a top-level field'],
  ["a body below the top level", post("/v1/x", "nested.below"), 'body "nested.below" is not a top-level field'],
  ["a body the path binds", post("/v1/{string_value}", "string_value"), 'the path binds the body field "string_value"'],
  ["a response_body that does not exist", post("/v1/x", "*", "nope"), 'response_body "nope" is not a top-level field'],
  ["a stream from the client", { ...get("/v1/x"), clientStreaming: true }, "streams from the client"],
  [
    "nested additional_bindings",
    {
      rule: {
        pattern: { case: "get", value: "/v1/x" },
        additionalBindings: [
          {
            pattern: { case: "get", value: "/v1/y" },
            additionalBindings: [{ pattern: { case: "get", value: "/v1/z" } }],
          },
        ],
      },
    },
    "additional_bindings must not be nested",
  ],
  [
    "a custom kind that is no method",
    { rule: { pattern: { case: "custom", value: { kind: "A B", path: "/v1/x" } } } },
    '"A B" is not an HTTP method',
  ],
];

test.each(invalid)("%s is refused when the transcoder is made", (_clause, method, problem) => {
  const services = [serviceOf({ Broken: method })];
  expect(() => createTestTranscoder({ services })).toThrow(problem);
  expect(() => createTestTranscoder({ services })).toThrow("rules.v1.Rules.Broken");
});

test("ambiguous rules are refused with both methods named", () => {
  const services = [serviceOf({ One: get("/v1/x/{string_value}"), Two: get("/v1/x/{nested.leaf_text=*}") })];
  expect(() => createTestTranscoder({ services })).toThrow(
    "rules.v1.Rules.One and rules.v1.Rules.Two: ambiguous rules: " +
      "GET /v1/x/{string_value} and GET /v1/x/{nested.leaf_text=*}",
  );
});

test("where the descriptor has source info, a method is named with file and line", () => {
  const [first] = shelfService().methods;
  expect(first && sourceOf(first)).toBe("shelf.v1.Shelf.GetBook (shelf.proto:17)");
});

test("a header can only fill a singular field of a primitive type", () => {
  const headerFields = { "x-labels": "labels" };
  expect(() => createTestTranscoder({ headerFields })).toThrow('header x-labels: "labels" must be a singular field');
});

test("rules that differ by method, verb or a more specific segment are not ambiguous", async () => {
  const services = [
    serviceOf({
      Literal: get("/v1/x/y"),
      Wildcard: get("/v1/x/{string_value}"),
      Rest: get("/v1/x/{string_value=**}"),
      Verb: get("/v1/x/{string_value}:do"),
      RestVerb: get("/v1/x/{string_value=**}:do"),
      Post: post("/v1/x/{string_value}", "*"),
      Deep: get("/v1/{string_value}/y/z"),
    }),
  ];
  const { send, calls } = createTestTranscoder({ services });
  const targets = ["GET /v1/x/y", "GET /v1/x/q", "GET /v1/x/q/r", "GET /v1/x/q:do", "GET /v1/x/q/r:do", "POST /v1/x/y"];
  // The last one takes the literal x first, finds nothing below x/y but **, which still beats going back to {string_value}.
  for (const target of [...targets, "GET /v1/w/y/z", "GET /v1/x/y/z"]) await send(target);
  const methods = ["Literal", "Wildcard", "Rest", "Verb", "RestVerb", "Post", "Deep", "Rest"];
  expect(calls.map(({ method }) => method)).toEqual(methods);
});
