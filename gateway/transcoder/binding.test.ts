import { expect, test } from "vitest";
import { createTestTranscoder, type SendInit } from "./testdata/client.ts";

const get = "GET /v1/everything";

const bound: readonly [clause: string, target: string, request: object][] = [
  ["a scalar", `${get}?int32Value=-5`, { int32Value: -5 }],
  ["a proto name", `${get}?int32_value=5`, { int32Value: 5 }],
  ["int64 beyond 2^53", `${get}?int64Value=9007199254740993`, { int64Value: "9007199254740993" }],
  ["a bool", `${get}?boolValue=true`, { boolValue: true }],
  ["a double", `${get}?doubleValue=-1.5e3`, { doubleValue: -1500 }],
  ["bytes in base64url", `${get}?bytesValue=-_-_`, { bytesValue: "+/+/" }],
  ["an enum by name", `${get}?color=RED`, { color: "RED" }],
  ["an enum by number", `${get}?color=2`, { color: "BLUE" }],
  ["optional zero is present", `${get}?maybe=0`, { maybe: "0" }],
  ["a nested field", `${get}?nested.below.leafText=a`, { nested: { below: { leafText: "a" } } }],
  [
    "two fields of one message",
    `${get}?nested.leaf_text=a&nested.leafNumber=2`,
    { nested: { leafText: "a", leafNumber: "2" } },
  ],
  ["a repeated field", `${get}?numbers=1&numbers=2&numbers=1`, { numbers: ["1", "2", "1"] }],
  ["a nested repeated field", `${get}?nested.words=a&nested.words=b`, { nested: { words: ["a", "b"] } }],
  ["a repeated enum", `${get}?colors=RED&colors=2`, { colors: ["RED", "BLUE"] }],
  [
    "wrappers",
    `${get}?wrappedString=&wrappedInt64=7&wrappedBool=false`,
    { wrappedString: "", wrappedInt64: "7", wrappedBool: false },
  ],
  ["Timestamp", `${get}?time=2024-01-31T00:00:00%2B01:00`, { time: "2024-01-30T23:00:00Z" }],
  [
    "a repeated Timestamp",
    `${get}?times=2024-01-01T00:00:00Z&times=2025-01-01T00:00:00Z`,
    { times: ["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"] },
  ],
  ["Duration", `${get}?duration=1.5s`, { duration: "1.500s" }],
  ["FieldMask", `${get}?mask=a.b,c_d`, { mask: "a.b,cD" }],
  ["map entries", `${get}?labels[a]=1&labels%5Bb.c%5D=2`, { labels: { a: "1", "b.c": "2" } }],
  ["a nested map", `${get}?nested.counts[x]=7`, { nested: { counts: { x: "7" } } }],
  ["a map of bool", `${get}?byBool[true]=RED`, { byBool: { true: "RED" } }],
  ["a map key with a bracket", `${get}?labels[a]b]=1`, { labels: { "a]b": "1" } }],
  ["a member of a oneof", `${get}?choiceNumber=1`, { choiceNumber: "1" }],
  ["plus is a space", `${get}?stringValue=a+b%2Bc`, { stringValue: "a b+c" }],
  ["an equals sign in a value", `${get}?stringValue=a=b`, { stringValue: "a=b" }],
  ["empty parts", `${get}?&&boolValue=true&`, { boolValue: true }],
  ["a question mark in a value", `${get}?stringValue=a?b`, { stringValue: "a?b" }],
  [
    "query beside body field",
    "POST /v1/shelves/7/books?validateOnly=true",
    { parent: "shelves/7", validateOnly: true },
  ],
];

test.each(bound)("the query binds %s", async (_clause, target, request) => {
  const { send, calls } = createTestTranscoder();
  const answer = await send(target);
  expect(answer.json).not.toHaveProperty("error");
  expect(calls[0]?.request).toEqual(request);
});

const refused: readonly [clause: string, target: string, reason: string, field: string, init?: SendInit][] = [
  ["an unknown parameter", `${get}?nope=1`, "QUERY_PARAMETER_UNKNOWN", "nope"],
  ["an unknown nested parameter", `${get}?nested.nope=1`, "QUERY_PARAMETER_UNKNOWN", "nested.nope"],
  ["a parameter named __proto__", `${get}?__proto__=1`, "QUERY_PARAMETER_UNKNOWN", "__proto__"],
  ["a field below a list", `${get}?list.leafText=1`, "QUERY_PARAMETER_UNKNOWN", "list.leafText"],
  ["a message", `${get}?nested=1`, "QUERY_PARAMETER_UNKNOWN", "nested"],
  ["a repeated message", `${get}?list=1`, "QUERY_PARAMETER_UNKNOWN", "list"],
  ["a Struct", `${get}?struct={}`, "QUERY_PARAMETER_UNKNOWN", "struct"],
  ["into a well-known type", `${get}?time.seconds=1`, "QUERY_PARAMETER_UNKNOWN", "time.seconds"],
  ["into a wrapper", `${get}?wrappedString.value=1`, "QUERY_PARAMETER_UNKNOWN", "wrappedString.value"],
  ["a map without a key", `${get}?labels=1`, "QUERY_PARAMETER_UNKNOWN", "labels"],
  ["a map of messages", `${get}?byNumber[1]=x`, "QUERY_PARAMETER_UNKNOWN", "byNumber[1]"],
  ["a key on what is no map", `${get}?numbers[0]=1`, "QUERY_PARAMETER_UNKNOWN", "numbers[0]"],
  ["__proto__ as map key", `${get}?labels[__proto__]=x`, "FIELD_VALUE_INVALID", "labels[__proto__]"],
  ["a singular field twice", `${get}?boolValue=true&boolValue=true`, "QUERY_PARAMETER_REPEATED", "boolValue"],
  ["a singular field by both names", `${get}?boolValue=true&bool_value=true`, "QUERY_PARAMETER_REPEATED", "bool_value"],
  ["a map key twice", `${get}?labels[a]=1&labels[a]=2`, "QUERY_PARAMETER_REPEATED", "labels[a]"],
  ["two members of a oneof", `${get}?choiceNumber=1&choiceText=a`, "ONEOF_CONFLICT", "choiceText"],
  [
    "a nested member of a oneof",
    `${get}?choiceNumber=1&choiceNested.leafText=a`,
    "ONEOF_CONFLICT",
    "choiceNested.leafText",
  ],
  ["a value of the wrong type", `${get}?int64Value=1e3`, "FIELD_VALUE_INVALID", "int64Value"],
  ["an empty number", `${get}?int32Value`, "FIELD_VALUE_INVALID", "int32Value"],
  ["a bool that is not one", `${get}?boolValue=1`, "FIELD_VALUE_INVALID", "boolValue"],
  ["an encoded NUL", `${get}?stringValue=%00`, "FIELD_VALUE_INVALID", "stringValue"],
  ["bytes that are not UTF-8", `${get}?stringValue=%FF`, "QUERY_INVALID", "stringValue=%FF"],
  ["a field of the path", "GET /v1/books/9?name=8", "PATH_AND_QUERY_CONFLICT", "name"],
  ["a field of the body", "POST /v1/shelves/7/books?book.name=x", "QUERY_AND_BODY_CONFLICT", "book.name"],
  ['a parameter where body is "*"', "POST /v1/everything?boolValue=true", "QUERY_PARAMETER_UNKNOWN", "boolValue"],
  ["a path value of the wrong type", "GET /v1/shelves/%00:watch", "FIELD_VALUE_INVALID", "name"],
  [
    "a field of the path in the body",
    "POST /v1/shelves/7/books/9:lend",
    "PATH_AND_BODY_CONFLICT",
    "name",
    { body: '{"name":"shelves/7/books/9"}' },
  ],
  [
    "a nested field of the path in the body",
    "PATCH /v1/shelves/7/books/9",
    "PATH_AND_BODY_CONFLICT",
    "book.name",
    { body: '{"name":"x"}' },
  ],
  [
    "a fault in a body field, by its path in the request",
    "POST /v1/shelves/7/books",
    "FIELD_UNKNOWN",
    "book.author.nope",
    { body: '{"author":{"nope":1}}' },
  ],
];

test.each(refused)("%s is refused", async (_clause, target, reason, field, init) => {
  const { send, calls } = createTestTranscoder();
  const answer = await send(target, init);
  expect(answer).toMatchObject({ status: 400, reason, fields: [field] });
  expect(calls).toEqual([]);
});

test("a path in the query is no way around the depth limit", async () => {
  const { send } = createTestTranscoder();
  const path = (levels: number): string => `nested.${"below.".repeat(levels - 2)}leafText`;
  expect((await send(`${get}?${path(100)}=a`)).status).toBe(200);
  expect(await send(`${get}?${path(101)}=a`)).toMatchObject({ status: 400, reason: "QUERY_INVALID" });
});

test("ignored query parameters are passed over, as often as they come", async () => {
  const { send } = createTestTranscoder({ ignoredQueryParameters: ["utm"] });
  expect((await send(`${get}?utm=1&utm=2`)).status).toBe(200);
});

const bodies: readonly [clause: string, target: string, body: string, request: object][] = [
  ["a message", "POST /v1/shelves/7/books", '{"displayName":"a"}', { parent: "shelves/7", book: { displayName: "a" } }],
  ["a message, left out", "POST /v1/shelves/7/books", "", { parent: "shelves/7" }],
  ["a message, null", "POST /v1/shelves/7/books", "null", { parent: "shelves/7" }],
  ["a list", "PUT /v1/tags/7", '["a","b"]', { id: "7", tags: ["a", "b"] }],
  ["a scalar", "POST /v1/tags/7/count", "9007199254740993", { id: "7", count: "9007199254740993" }],
];

test.each(bodies)("body as a field binds %s", async (_clause, target, body, request) => {
  const { send, calls } = createTestTranscoder();
  expect((await send(target, { body })).status).toBe(200);
  expect(calls[0]?.request).toEqual(request);
});

const patch = "PATCH /v1/shelves/7/books/9";
const name = "shelves/7/books/9";

const masks: readonly [clause: string, target: string, body: string, mask: string | undefined][] = [
  [
    "names the leaves present",
    patch,
    '{"displayName":"a","author":{"mentor":{"born":1}}}',
    "displayName,author.mentor.born",
  ],
  [
    "takes lists, maps and well-known types whole",
    patch,
    '{"others":[{"born":1}],"labels":{"a":"b"},"create_time":"2024-01-01T00:00:00Z"}',
    "others,labels,createTime",
  ],
  ["names a field that null clears", patch, '{"displayName":null,"author":null}', "displayName,author"],
  ["names an empty message itself", patch, '{"author":{}}', "author"],
  ["is absent for an empty body", patch, "{}", undefined],
  [
    "is not implied when given",
    `${patch}?updateMask=display_name`,
    '{"displayName":"a","priceMinor":1}',
    "displayName",
  ],
  ["is not implied when given empty", `${patch}?updateMask=`, '{"displayName":"a"}', ""],
];

test.each(masks)("the implied update_mask %s (AIP-134)", async (_clause, target, body, mask) => {
  const { send, calls } = createTestTranscoder();
  expect((await send(target, { body })).status).toBe(200);
  expect(calls[0]?.request).toMatchObject({ book: { name } });
  expect(Object.assign({ updateMask: undefined }, calls[0]?.request).updateMask).toBe(mask);
});

test("where it is allowed, the body may say of a field of the path what the path says", async () => {
  const { send, calls } = createTestTranscoder({ pathFieldsInBody: "same" });
  expect((await send(patch, { body: `{"name":"${name}","displayName":"a"}` })).status).toBe(200);
  expect(calls[0]?.request).toEqual({ book: { name, displayName: "a" }, updateMask: "displayName" });
  expect((await send(`POST /v1/${name}:lend`, { body: `{"name":"${name}"}` })).status).toBe(200);
  expect(await send(patch, { body: '{"name":"shelves/7/books/8"}' })).toMatchObject({
    status: 400,
    reason: "PATH_AND_BODY_CONFLICT",
    fields: ["book.name"],
  });
  expect(await send(patch, { body: '{"name":7}' })).toMatchObject({ status: 400, fields: ["book.name"] });
});

test("a path below the body field and the body meet in one message", async () => {
  const { send, calls } = createTestTranscoder();
  await send(patch, { body: '{"displayName":"a"}' });
  expect(calls[0]?.request).toMatchObject({ book: { name, displayName: "a" } });
});

const headerFields = { "idempotency-key": "request_id", "last-event-id": "resume_after" };
const header = { "Idempotency-Key": "k1" };
const lend = "POST /v1/shelves/7/books/9:lend";

test("a header fills a field that nothing else gives", async () => {
  const { send, calls } = createTestTranscoder({ headerFields });
  await send(lend, { header, body: "{}" });
  await send(lend, { header, body: '{"requestId":"k1"}' });
  await send("POST /v1/shelves/7/books", { header });
  await send("GET /v1/shelves/7:watch", { header: { "last-event-id": "e5" } });
  expect(calls.map(({ request }) => request)).toEqual([
    { name, requestId: "k1" },
    { name, requestId: "k1" },
    { parent: "shelves/7", requestId: "k1" },
    { name: "shelves/7", resumeAfter: "e5" },
  ]);
});

test("a header that differs from the field is refused", async () => {
  const { send } = createTestTranscoder({ headerFields });
  const conflict = { status: 400, reason: "HEADER_AND_FIELD_CONFLICT", fields: ["idempotency-key"] };
  expect(await send(lend, { header, body: '{"requestId":"k2"}' })).toMatchObject(conflict);
  expect(await send("POST /v1/shelves/7/books?requestId=k2", { header })).toMatchObject(conflict);
});

test("a header means nothing to a method without the field", async () => {
  const { send } = createTestTranscoder({ headerFields });
  expect((await send("GET /v1/books/9", { header })).status).toBe(200);
});

const timeouts: readonly [header: Record<string, string>, timeoutMs: number | undefined][] = [
  [{}, undefined],
  [{ "grpc-timeout": "500m" }, 500],
  [{ "grpc-timeout": "2S" }, 2000],
  [{ "grpc-timeout": "1M" }, 60_000],
  [{ "grpc-timeout": "1H" }, 3_600_000],
  [{ "grpc-timeout": "1500u" }, 2],
  [{ "grpc-timeout": "1n" }, 1],
  [{ "x-request-timeout": "0.25" }, 250],
  [{ "x-request-timeout": "3", "grpc-timeout": "2S" }, 2000],
];

test.each(timeouts)("the call gets the time of %o", async (given, timeoutMs) => {
  const { send, calls } = createTestTranscoder();
  await send("GET /v1/books/9", { header: given });
  expect(calls[0]?.info.timeoutMs).toBe(timeoutMs);
});

const badTimeouts: readonly [name: string, value: string][] = [
  ["grpc-timeout", "123456789m"],
  ["grpc-timeout", "5"],
  ["grpc-timeout", "5s"],
  ["grpc-timeout", "-1S"],
  ["grpc-timeout", "5S, 5S"],
  ["x-request-timeout", "1e3"],
  ["x-request-timeout", "-1"],
  ["x-request-timeout", ".5"],
];

test.each(badTimeouts)("%s: %s is refused", async (field, value) => {
  const { send } = createTestTranscoder();
  const answer = await send("GET /v1/books/9", { header: { [field]: value } });
  expect(answer).toMatchObject({ status: 400, reason: "TIMEOUT_INVALID", fields: [field] });
});

test("only allowed request headers reach the call", async () => {
  const { send, calls } = createTestTranscoder();
  await send("GET /v1/books/9", {
    header: { authorization: "Bearer t", cookie: "c", traceparent: "p", "x-other": "o" },
  });
  expect([...(calls[0]?.info.header ?? [])]).toEqual([
    ["authorization", "Bearer t"],
    ["traceparent", "p"],
  ]);
});
