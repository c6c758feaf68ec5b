import { expect, test } from "vitest";
import { readServiceConfig } from "./service-config.ts";
import { createTestTranscoder } from "./testdata/client.ts";

const configured = (text: string) => createTestTranscoder({ serviceConfig: readServiceConfig(text, "shelf.yaml") });

/** Rules as a list in YAML, from the third line of a file on. */
const rules = (...items: string[]): string => `http:\n  rules:\n${items.map((item) => `    - ${item}\n`).join("")}`;

const served: readonly [clause: string, text: string, target: string, method: string, request: object][] = [
  [
    "a rule for a method without one",
    rules("{selector: shelf.v1.Shelf.NotOverHttp, get: '/v2/{name=shelves/*}'}"),
    "GET /v2/shelves/7",
    "NotOverHttp",
    { name: "shelves/7" },
  ],
  [
    "snake_case, custom kind and additional bindings",
    rules(
      "{selector: shelf.v1.Shelf.NotOverHttp, custom: {kind: FETCH, path: '/v2/{name}'}, " +
        "additional_bindings: [{post: /v3/fetch, body: '*'}]}",
    ),
    "POST /v3/fetch",
    "NotOverHttp",
    {},
  ],
  [
    "JSON in lowerCamel, indented by tabs",
    '{\n\t"http": {\n\t\t"rules": [{"selector": "shelf.v1.Shelf.Tag", "put": "/v2/{id}", "responseBody": "total"}],' +
      '\n\t\t"fullyDecodeReservedExpansion": false\n\t}\n}',
    "PUT /v2/7",
    "Tag",
    { id: "7" },
  ],
  [
    "the last of two rules for one method (google.api.Http.rules)",
    rules("{selector: shelf.v1.Shelf.Tag, get: '/v2/{id}'}", "{selector: shelf.v1.Shelf.Tag, get: '/v3/{id}'}"),
    "GET /v3/7",
    "Tag",
    { id: "7" },
  ],
  [
    "anchors and aliases",
    rules("&tag {selector: shelf.v1.Shelf.Tag, get: &path '/v2/{id}'}", "{selector: shelf.v1.Shelf.Count, put: *path}"),
    "PUT /v2/7",
    "Count",
    { id: "7" },
  ],
  [
    "sections that are not about HTTP",
    `types: [{name: x}]\nname: shelf.example.com\n${rules()}`,
    "PUT /v1/tags/7",
    "Tag",
    { id: "7" },
  ],
  ["no section for HTTP", "name: shelf.example.com", "PUT /v1/tags/7", "Tag", { id: "7" }],
  ["an empty file", "", "PUT /v1/tags/7", "Tag", { id: "7" }],
];

test.each(served)("%s is taken", async (_clause, text, target, method, request) => {
  const { send, calls } = configured(text);
  expect(await send(target)).toMatchObject({ status: 200 });
  expect(calls).toMatchObject([{ method, request }]);
});

test("a configured rule replaces the method's own, all bindings of it, and no other's", async () => {
  const { send } = configured(rules("{selector: shelf.v1.Shelf.GetBook, get: '/v2/{name=books/*}'}"));
  expect((await send("GET /v2/books/9")).status).toBe(200);
  expect((await send("GET /v1/books/9")).status).toBe(404);
  expect((await send("GET /v1/books/featured")).status).toBe(200);
});

const decodings: readonly [flag: string, name: string][] = [
  ["", "shelves/7/books/a%2Fb c"],
  ["  fully_decode_reserved_expansion: false\n", "shelves/7/books/a%2Fb c"],
  ["  fully_decode_reserved_expansion: true\n", "shelves/7/books/a/b c"],
  ["  fullyDecodeReservedExpansion: true\n", "shelves/7/books/a/b c"],
];

test.each(decodings)("a variable of several segments, with %j, gives %s", async (flag, name) => {
  const { send, calls } = configured(`http:\n  rules: []\n${flag}`);
  await send("GET /v1/shelves/7/books/a%2Fb%20c");
  expect(calls).toMatchObject([{ request: { name } }]);
});

const ofTag = (rest: string) => rules(`{selector: shelf.v1.Shelf.Tag, ${rest}}`);

const invalid: readonly [clause: string, text: string, problem: RegExp][] = [
  ["text that is no YAML", "http:\n  rules: [", /^shelf\.yaml:2: /],
  ["a key twice", "http: {}\nhttp: {}", /^shelf\.yaml:2: .*unique/],
  ["a file that is no map", "- a", /^shelf\.yaml:1: a service configuration must be a map/],
  ["http that is no map", "name: x\nhttp: 7", /^shelf\.yaml:2: "http" must be a map/],
  [
    "an unknown key of http",
    "http:\n  rules: []\n  rulez: []",
    /^shelf\.yaml:3: google\.api\.Http has no field "rulez"/,
  ],
  ["rules that are no list", "http:\n  rules:\n    a: b", /^shelf\.yaml:3: "rules" must be a list/],
  ["a rule that is no map", rules("{}", "x").replace("{}", "{selector: a}"), /^shelf\.yaml:4: a rule must be a map/],
  ["a rule without a selector", rules("{get: /a}"), /^shelf\.yaml:3: a rule needs a selector/],
  ["a selector that is no string", rules("{selector: 7, get: /a}"), /^shelf\.yaml:3: .*selector/],
  [
    "an unknown key of a rule",
    rules("selector: shelf.v1.Shelf.Tag\n      got: /a"),
    /^shelf\.yaml:4: google\.api\.HttpRule has no field "got"/,
  ],
  [
    "an unknown key of an additional binding",
    rules("selector: shelf.v1.Shelf.Tag\n      get: /a\n      additional_bindings:\n        - {got: /b}"),
    /^shelf\.yaml:6: google\.api\.HttpRule has no field "got"/,
  ],
  [
    "an unknown key of a custom kind",
    rules("selector: shelf.v1.Shelf.Tag\n      custom: {kind: A, paths: /b}"),
    /^shelf\.yaml:4: google\.api\.CustomHttpPattern has no field "paths"/,
  ],
  ["two patterns", ofTag("get: /a, put: /b"), /^shelf\.yaml:3: .*oneof/],
  [
    "a flag that is no boolean",
    "http:\n  fully_decode_reserved_expansion: on it",
    /^shelf\.yaml:2: "fully_decode_reserved_expansion" must be true or false/,
  ],
  [
    "a selector of nothing",
    rules("{selector: shelf.v1.Shelf.Tag, get: /a}", "{selector: shelf.v1.Shelf.Nope, get: /b}"),
    /^shelf\.yaml:4: "shelf\.v1\.Shelf\.Nope" is no method/,
  ],
  ["a rule without a pattern", ofTag("body: '*'"), /Shelf\.Tag \(shelf\.yaml:3\): the rule has no pattern/],
  ["a template outside the grammar", ofTag("get: a"), /Shelf\.Tag \(shelf\.yaml:3\): path template "a", at 0: /],
  ["a path field that does not exist", ofTag("get: '/a/{nope}'"), /Shelf\.Tag \(shelf\.yaml:3\): .*"nope"/],
  ["a body that does not exist", ofTag("put: /a, body: nope"), /Shelf\.Tag \(shelf\.yaml:3\): body "nope"/],
  [
    "a rule as ambiguous as one in a proto",
    ofTag("get: '/v1/books/{id}'"),
    /GetBook \(shelf\.proto:\d+\) and shelf\.v1\.Shelf\.Tag \(shelf\.yaml:3\): ambiguous/,
  ],
];

test.each(invalid)("%s is refused at its line", (_clause, text, problem) => {
  expect(() => configured(text)).toThrow(expect.objectContaining({ name: "RuleError" }));
  expect(() => configured(text)).toThrow(problem);
});
