import { expect, test } from "vitest";
import { createTestTranscoder } from "./testdata/client.ts";

const target = "POST /v1/everything";

const accepted: readonly [clause: string, body: string, request: object][] = [
  ["an empty body is the empty message", "", {}],
  ["an empty object", "{}", {}],
  ["lowerCamel names", '{"stringValue":"a"}', { stringValue: "a" }],
  ["proto names", '{"string_value":"a"}', { stringValue: "a" }],
  ["null leaves a field unset", '{"stringValue":null,"nested":null}', {}],
  ["int64 as a string", '{"int64Value":"-9223372036854775808"}', { int64Value: "-9223372036854775808" }],
  ["int64 as a number beyond 2^53, exactly", '{"int64Value":9007199254740993}', { int64Value: "9007199254740993" }],
  ["the greatest int64 unquoted", '{"int64Value":9223372036854775807}', { int64Value: "9223372036854775807" }],
  ["the greatest uint64 unquoted", '{"uint64Value":18446744073709551615}', { uint64Value: "18446744073709551615" }],
  ["a whole number with an exponent", '{"int64Value":12e3,"int32Value":1E2}', { int64Value: "12000", int32Value: 100 }],
  ["a whole number with a point", '{"int64Value":5.0}', { int64Value: "5" }],
  ["wide numbers in lists", '{"numbers":[9007199254740993,"2",3]}', { numbers: ["9007199254740993", "2", "3"] }],
  ["leading zeros in a string", '{"int64Value":"007"}', { int64Value: "7" }],
  ["int32 as a string", '{"int32Value":"-12"}', { int32Value: -12 }],
  ["optional zero is present", '{"maybe":0}', { maybe: "0" }],
  ["double as a number", '{"doubleValue":1.5e300}', { doubleValue: 1.5e300 }],
  ["double as a string", '{"doubleValue":"1.5"}', { doubleValue: 1.5 }],
  ["double with many digits", '{"doubleValue":0.12345678901234567}', { doubleValue: Number("0.12345678901234567") }],
  [
    "NaN and Infinity as strings",
    '{"doubleValue":"NaN","floatValue":"-Infinity"}',
    { doubleValue: "NaN", floatValue: "-Infinity" },
  ],
  ["bytes in base64", '{"bytesValue":"-_-_"}', { bytesValue: "+/+/" }],
  ["bytes without padding", '{"bytesValue":"AQ"}', { bytesValue: "AQ==" }],
  ["enum by name", '{"color":"RED"}', { color: "RED" }],
  ["enum by number", '{"color":2}', { color: "BLUE" }],
  ["an open enum keeps a number it does not know", '{"color":77}', { color: 77 }],
  [
    "nested messages and lists",
    '{"nested":{"below":{"words":["a"]}},"list":[{},{"leaf_text":"b"}]}',
    { nested: { below: { words: ["a"] } }, list: [{}, { leafText: "b" }] },
  ],
  [
    "maps",
    '{"byNumber":{"9007199254740993":{"leafText":"a"}},"byBool":{"true":"RED"}}',
    { byNumber: { "9007199254740993": { leafText: "a" } }, byBool: { true: "RED" } },
  ],
  ["Timestamp with an offset", '{"time":"2024-02-29T23:30:00.5-01:00"}', { time: "2024-03-01T00:30:00.500Z" }],
  [
    "Timestamp before 1970 with nanoseconds",
    '{"time":"1969-12-31T23:59:59.999999999Z"}',
    { time: "1969-12-31T23:59:59.999999999Z" },
  ],
  ["the first year", '{"time":"0001-01-01T00:00:00Z"}', { time: "0001-01-01T00:00:00Z" }],
  ["Duration", '{"duration":"-0.5s"}', { duration: "-0.500s" }],
  ["FieldMask in lowerCamel", '{"mask":"fooBar,a.bC"}', { mask: "fooBar,a.bC" }],
  ["FieldMask in proto names", '{"mask":"foo_bar"}', { mask: "fooBar" }],
  [
    "wrappers as bare values",
    '{"wrappedString":"","wrappedInt64":9007199254740993,"wrappedBool":false}',
    { wrappedString: "", wrappedInt64: "9007199254740993", wrappedBool: false },
  ],
  [
    "Struct, Value and ListValue",
    '{"struct":{"a":[1,{"b":null}]},"value":null,"listValue":[1,"x"]}',
    { struct: { a: [1, { b: null }] }, value: null, listValue: [1, "x"] },
  ],
  ["NullValue", '{"nullValue":null}', {}],
  [
    "Any of a known type",
    '{"any":{"@type":"type.googleapis.com/shelf.v1.Author","born":1899}}',
    { any: { "@type": "type.googleapis.com/shelf.v1.Author", born: 1899 } },
  ],
  [
    "Any of a type with its own form",
    '{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}',
    { any: { "@type": "type.googleapis.com/google.protobuf.Duration", value: "1s" } },
  ],
  ["one member of a oneof", '{"choiceNumber":5}', { choiceNumber: "5" }],
  ["a wrapper as a member of a oneof", '{"choiceWrapped":"w"}', { choiceWrapped: "w" }],
  ["constructor as a map key is data", '{"labels":{"constructor":"x"}}', { labels: { constructor: "x" } }],
  ["a key that looks like JSON", '{"labels":{"a\\"b{[":"}"}}', { labels: { 'a"b{[': "}" } }],
  ["whitespace", ' \\n{ "numbers" : [ ] }\\t'.replaceAll("\\n", "\n").replaceAll("\\t", "\t"), {}],
];

test.each(accepted)("%s", async (_clause, body, request) => {
  const { send, calls } = createTestTranscoder();
  const answer = await send(target, { body, header: { "content-type": "application/json" } });
  expect(answer.json).not.toHaveProperty("error");
  expect(calls[0]?.request).toEqual(request);
});

const refused: readonly [clause: string, body: string, reason: string, field: string][] = [
  ["not JSON", '{"a":', "JSON_INVALID", ""],
  ["single quotes", "{'stringValue':'a'}", "JSON_INVALID", ""],
  ["a byte order mark", "\ufeff{}", "JSON_INVALID", ""],
  ["white space alone", " \n", "JSON_INVALID", ""],
  ["two values", "{}{}", "JSON_INVALID", ""],
  ["an array as body", "[]", "FIELD_TYPE_INVALID", ""],
  ["null as body", "null", "FIELD_TYPE_INVALID", ""],
  ["an unknown field", '{"nope":1}', "FIELD_UNKNOWN", "nope"],
  ["an unknown field within", '{"nested":{"below":{"nope":1}}}', "FIELD_UNKNOWN", "nested.below.nope"],
  ["__proto__ is an unknown field", '{"__proto__":{"stringValue":"a"}}', "FIELD_UNKNOWN", "__proto__"],
  ["constructor is an unknown field", '{"constructor":{"prototype":{}}}', "FIELD_UNKNOWN", "constructor"],
  ["__proto__ as a map key", '{"labels":{"__proto__":"x"}}', "FIELD_VALUE_INVALID", 'labels["__proto__"]'],
  ["__proto__ in a Struct", '{"struct":{"a":{"__proto__":1}}}', "FIELD_TYPE_INVALID", "struct"],
  ["a key twice", '{"stringValue":"a","stringValue":"b"}', "JSON_KEY_DUPLICATE", "stringValue"],
  [
    "a key twice, once escaped",
    '{"list":[{},{"leafText":"a","leaf\\u0054ext":"b"}]}',
    "JSON_KEY_DUPLICATE",
    "list[1].leafText",
  ],
  ["both names of a field", '{"string_value":"a","stringValue":"b"}', "FIELD_REPEATED", "string_value"],
  ["a map key twice as an integer", '{"byNumber":{"1":{},"01":{}}}', "FIELD_REPEATED", 'byNumber["01"]'],
  ["two members of a oneof", '{"choiceText":"a","choiceNumber":1}', "ONEOF_CONFLICT", "choiceNumber"],
  ["int64 in hex", '{"int64Value":"0x10"}', "FIELD_VALUE_INVALID", "int64Value"],
  ["int64 with a blank", '{"int64Value":" 1"}', "FIELD_VALUE_INVALID", "int64Value"],
  ["int64 as a string with a fraction", '{"int64_value":"1.5"}', "FIELD_VALUE_INVALID", "int64_value"],
  ["int64 as the empty string", '{"int64Value":""}', "FIELD_VALUE_INVALID", "int64Value"],
  ["int64 with a plus", '{"int64Value":"+1"}', "FIELD_VALUE_INVALID", "int64Value"],
  ["int64 with a fraction", '{"int64Value":1.5}', "FIELD_TYPE_INVALID", "int64Value"],
  ["int64 with a tiny fraction", '{"int64Value":1.0000000000000000001}', "FIELD_TYPE_INVALID", "int64Value"],
  ["int64 out of range", '{"int64Value":9223372036854775808}', "FIELD_TYPE_INVALID", "int64Value"],
  ["int64 far out of range", '{"int64Value":1e999999999}', "FIELD_TYPE_INVALID", "int64Value"],
  ["uint64 below zero", '{"uint64Value":-1}', "FIELD_TYPE_INVALID", "uint64Value"],
  ["int32 out of range", '{"int32Value":2147483648}', "FIELD_TYPE_INVALID", "int32Value"],
  ["int32 with a fraction", '{"int32Value":0.5}', "FIELD_TYPE_INVALID", "int32Value"],
  ["double out of range", '{"doubleValue":1e999}', "FIELD_TYPE_INVALID", "doubleValue"],
  ["float out of range", '{"floatValue":1e39}', "FIELD_TYPE_INVALID", "floatValue"],
  ["a string for a bool", '{"boolValue":"true"}', "FIELD_VALUE_INVALID", "boolValue"],
  ["a number for a string", '{"stringValue":1}', "FIELD_TYPE_INVALID", "stringValue"],
  ["a wide number for a string", '{"stringValue":9007199254740993}', "FIELD_TYPE_INVALID", "stringValue"],
  ["NUL in a string", '{"stringValue":"a\\u0000"}', "FIELD_VALUE_INVALID", "stringValue"],
  ["NUL in a map key", '{"labels":{"\\u0000":"a"}}', "FIELD_VALUE_INVALID", 'labels["\\u0000"]'],
  ["NUL in a Struct", '{"struct":{"a":["\\u0000"]}}', "FIELD_TYPE_INVALID", "struct"],
  ["a lone surrogate", '{"stringValue":"\\ud800"}', "FIELD_VALUE_INVALID", "stringValue"],
  ["bytes that are not base64", '{"bytesValue":"a b="}', "FIELD_VALUE_INVALID", "bytesValue"],
  ["an unknown enum name", '{"color":"GREEN"}', "FIELD_VALUE_INVALID", "color"],
  ["an enum number as a string", '{"color":"1"}', "FIELD_VALUE_INVALID", "color"],
  ["an enum with a fraction", '{"color":1.5}', "FIELD_TYPE_INVALID", "color"],
  ["an array for a message", '{"nested":[]}', "FIELD_TYPE_INVALID", "nested"],
  ["an object for a list", '{"numbers":{}}', "FIELD_TYPE_INVALID", "numbers"],
  ["null in a list", '{"numbers":["1",null]}', "FIELD_TYPE_INVALID", "numbers[1]"],
  ["null in a map", '{"labels":{"a":null}}', "FIELD_TYPE_INVALID", 'labels["a"]'],
  ["an array for a map", '{"labels":[]}', "FIELD_TYPE_INVALID", "labels"],
  ["a day that does not exist", '{"time":"2023-02-29T00:00:00Z"}', "FIELD_VALUE_INVALID", "time"],
  ["a time without a zone", '{"time":"2024-01-01T00:00:00"}', "FIELD_VALUE_INVALID", "time"],
  ["year zero", '{"time":"0000-12-31T00:00:00Z"}', "FIELD_VALUE_INVALID", "time"],
  ["past the last year by offset", '{"time":"9999-12-31T23:59:59-01:00"}', "FIELD_VALUE_INVALID", "time"],
  ["a duration with a tail", '{"duration":"1sx"}', "FIELD_VALUE_INVALID", "duration"],
  ["a duration with ten decimals", '{"duration":"1.0000000000s"}', "FIELD_VALUE_INVALID", "duration"],
  ["a duration out of range", '{"duration":"315576000001s"}', "FIELD_VALUE_INVALID", "duration"],
  ["a field mask with blanks", '{"mask":"a, b"}', "FIELD_VALUE_INVALID", "mask"],
  ["Any of an unknown type", '{"any":{"@type":"x/nope.Nope"}}', "FIELD_VALUE_INVALID", "any.@type"],
  ["Any without a type", '{"any":{"born":1}}', "FIELD_TYPE_INVALID", "any.@type"],
];

test.each(refused)("%s is refused", async (_clause, body, reason, field) => {
  const { send, calls } = createTestTranscoder();
  const answer = await send(target, { body });
  expect(answer).toMatchObject({ status: 400, reason });
  expect(answer.fields).toEqual(field === "" && answer.fields.length === 0 ? [] : [field]);
  expect(calls).toEqual([]);
});

test("nothing sent changes a prototype", async () => {
  const { send } = createTestTranscoder({ ignoreUnknownFields: true });
  for (const key of ["__proto__", "constructor"]) {
    await send(target, { body: `{"${key}":{"polluted":1,"prototype":{"polluted":1}},"labels":{"${key}":"x"}}` });
  }
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});

test("every fault is listed at once", async () => {
  const { send } = createTestTranscoder();
  const answer = await send(target, { body: '{"nope":1,"int32Value":"x","nested":{"leafNumber":true}}' });
  expect(answer.fields).toEqual(["nope", "int32Value", "nested.leafNumber"]);
});

test("a hostile body gets a short answer", async () => {
  const { send } = createTestTranscoder();
  const keys = Array.from({ length: 5000 }, (_, index) => `"${"k".repeat(100)}${index}":1`);
  const answer = await send(target, { body: `{${keys.join()},"${"x".repeat(50_000)}":1}` });
  expect(answer.status).toBe(400);
  expect(answer.text.length).toBeLessThan(30_000);
});

test.each(["[", '{"a":'])("nesting over the limit is refused without a stack overflow: %s", async (open) => {
  const { send } = createTestTranscoder();
  const answer = await send(target, { body: open.repeat(200_000) });
  expect(answer).toMatchObject({ status: 400, reason: "JSON_TOO_DEEP" });
});

const hostile: readonly [clause: string, body: string][] = [
  ["a number of a million digits", `{"int64Value":1${"0".repeat(1_000_000)}1}`],
  ["a million backslashes", `{"nope":"${"\\\\".repeat(500_000)}"}`],
  ["a million quotes", `{"nope":"${'\\"'.repeat(500_000)}"}`],
  ["a string of a million digits", `{"int64Value":"${"0".repeat(1_000_000)}"}`],
];

test.each(hostile)("%s takes no more time than any body of its size", async (_clause, body) => {
  const { send } = createTestTranscoder({ limits: { maxBodyBytes: 2_000_000 } });
  const start = performance.now();
  expect((await send(target, { body })).status).toBe(400);
  expect(performance.now() - start).toBeLessThan(1000);
});

test("nesting up to the limit is read, in messages and in free JSON", async () => {
  const { send } = createTestTranscoder();
  const nested = `{"nested":${'{"below":'.repeat(98)}{}${"}".repeat(98)}}`;
  expect((await send(target, { body: nested })).status).toBe(200);
  const free = `{"value":${"[".repeat(99)}${"]".repeat(99)}}`;
  expect((await send(target, { body: free })).status).toBe(200);
  expect(await send(target, { body: `{"value":[${"[".repeat(99)}${"]".repeat(99)}]}` })).toMatchObject({
    reason: "JSON_TOO_DEEP",
  });
});

test("bytes that are not UTF-8 are refused", async () => {
  const { send } = createTestTranscoder();
  const body = Buffer.concat([Buffer.from('{"stringValue":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  expect(await send(target, { body })).toMatchObject({ status: 400, reason: "JSON_INVALID" });
});

test("options let unknown fields and NUL pass", async () => {
  const { send, calls } = createTestTranscoder({ ignoreUnknownFields: true, refuseNul: false });
  const answer = await send(target, { body: '{"nope":{"a":1},"stringValue":"\\u0000"}' });
  expect(answer.status).toBe(200);
  expect(calls[0]?.request).toEqual({ stringValue: "\0" });
});

test("an error never repeats the content of a body", async () => {
  const { send } = createTestTranscoder();
  for (const body of ['{"int64Value":"secret-7"}', '{"stringValue": secret-7}', '{"color":"secret-7"}']) {
    expect((await send(target, { body })).text).not.toContain("secret-7");
  }
});

const contentTypes: readonly [contentType: string, status: number][] = [
  ["application/json", 200],
  ["application/json; charset=utf-8", 200],
  ['Application/JSON;Charset="UTF-8"', 200],
  ["application/json; charset=latin1", 415],
  ["text/plain", 415],
  ["application/x-www-form-urlencoded", 415],
];

test.each(contentTypes)("content type %s gives %i", async (contentType, status) => {
  const { send } = createTestTranscoder();
  expect((await send(target, { body: "{}", header: { "content-type": contentType } })).status).toBe(status);
});

test("a body over the limit is refused while it is read", async () => {
  const { send } = createTestTranscoder({ limits: { maxBodyBytes: 20 } });
  const refusal = { status: 413, reason: "BODY_TOO_LARGE" };
  expect(await send(target, { body: " ".repeat(21) })).toMatchObject(refusal);
  expect(await send(target, { body: "{}", header: { "content-length": "21" } })).toMatchObject(refusal);
  expect((await send(target, { body: `${" ".repeat(18)}{}` })).status).toBe(200);
});

test("bytes where the rule has no body are refused", async () => {
  const { send } = createTestTranscoder();
  expect(await send("GET /v1/books/9", { body: "{}" })).toMatchObject({ status: 400, reason: "BODY_NOT_ALLOWED" });
  expect((await send("GET /v1/books/9", { body: "" })).status).toBe(200);
});
