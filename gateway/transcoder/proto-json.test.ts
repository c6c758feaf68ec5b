/** Corners of ProtoJSON: its clauses, the names of protobuf's conformance suite, and what only proto2 has. */
import { toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { planMessages } from "./message-writer.ts";
import { arbitraryMessage } from "./testdata/arbitrary-message.ts";
import { createTestTranscoder, type TestTranscoder } from "./testdata/client.ts";
import { atticService, messageNamed, shelfMessage, testRegistry } from "./testdata/load.ts";

const everything = "POST /v1/everything";
const chests = "POST /v1/chests";

function transcoderFor(target: string): TestTranscoder {
  return createTestTranscoder(target.includes("chests") ? { services: [atticService()] } : {});
}

type Accepted = readonly [clause: string, target: string, body: string, request: object];
type Refused = readonly [clause: string, target: string, body: string, fields: string[]];
const anyOf = (type: string, rest: string) => `{"any":{"@type":"type.googleapis.com/${type}"${rest}}}`;

const accepted: readonly Accepted[] = [
  ["conformance: Int32FieldQuotedExponentialValue", everything, '{"int32Value":"1e5"}', { int32Value: 100_000 }],
  ["conformance: Int32FieldFloatTrailingZero, quoted", everything, '{"int64Value":"5.0"}', { int64Value: "5" }],
  ["conformance: Int32FieldMinFloatValue", everything, '{"int32Value":-2.147483648e9}', { int32Value: -(2 ** 31) }],
  ["conformance: FloatFieldMaxValue", everything, '{"floatValue":3.4028235e38}', { floatValue: 3.4028234663852886e38 }],
  ["conformance: DoubleFieldQuotedExponentialValue", everything, '{"doubleValue":"1.5e1"}', { doubleValue: 15 }],
  ["conformance: OneofFieldNullFirst", everything, '{"choiceText":null,"choiceNumber":1}', { choiceNumber: "1" }],
  ["conformance: AllFieldAcceptNull", everything, '{"nested":null,"numbers":null,"labels":null,"time":null}', {}],
  ["conformance: ValueAcceptNull", everything, '{"value":null}', { value: null }],
  ["conformance: BytesFieldBase64Url", everything, '{"bytesValue":"-_"}', { bytesValue: "+w==" }],
  [
    "conformance: AnyNested",
    everything,
    anyOf("google.protobuf.Any", `,"value":{"@type":"type.googleapis.com/shelf.v1.Author","born":1}`),
    {
      any: {
        "@type": "type.googleapis.com/google.protobuf.Any",
        value: { "@type": "type.googleapis.com/shelf.v1.Author", born: 1 },
      },
    },
  ],
  ["conformance: AnyWithNoType", everything, '{"any":{}}', { any: {} }],
  [
    "conformance: AnyUnorderedTypeTag",
    everything,
    '{"any":{"born":1,"@type":"type.googleapis.com/shelf.v1.Author"}}',
    { any: { "@type": "type.googleapis.com/shelf.v1.Author", born: 1 } },
  ],
  [
    "Any: an Empty has no members",
    everything,
    anyOf("google.protobuf.Empty", ""),
    { any: { "@type": "type.googleapis.com/google.protobuf.Empty" } },
  ],
  [
    "Any: an Empty as Go writes it",
    everything,
    anyOf("google.protobuf.Empty", ',"value":{}'),
    { any: { "@type": "type.googleapis.com/google.protobuf.Empty" } },
  ],
  [
    "Any: a wrapper stands under value",
    everything,
    anyOf("google.protobuf.Int64Value", ',"value":"7"'),
    { any: { "@type": "type.googleapis.com/google.protobuf.Int64Value", value: "7" } },
  ],
  [
    "proto2: a group is a message under the name of its field",
    chests,
    '{"name":"c","lock":{"maker":"m","key":[{"cuts":"7"}]}}',
    { name: "c", lock: { maker: "m", key: [{ cuts: "7" }] } },
  ],
  [
    "proto2: a default is present where it is given",
    chests,
    '{"name":"c","drawers":3,"wood":"PINE"}',
    { name: "c", drawers: 3, wood: "PINE" },
  ],
  ["proto2: a required field may be empty", chests, '{"name":""}', { name: "" }],
  [
    "proto2: jstype changes nothing in JSON",
    chests,
    '{"name":"c","weightGrams":9007199254740993}',
    { name: "c", weightGrams: "9007199254740993" },
  ],
  [
    "proto2: extensions by their full names in brackets",
    chests,
    '{"name":"c","[attic.v1.value_minor]":9007199254740993,"[attic.v1.owners]":["a","b"],"[attic.v1.feet]":"OAK"}',
    {
      name: "c",
      "[attic.v1.value_minor]": "9007199254740993",
      "[attic.v1.owners]": ["a", "b"],
      "[attic.v1.feet]": "OAK",
    },
  ],
  [
    "proto2: extensions of a type within another",
    chests,
    '{"name":"c","[attic.v1.Wax.seals]":[{"text":"x"}],"[attic.v1.plate]":{"text":"p"}}',
    { name: "c", "[attic.v1.Wax.seals]": [{ text: "x" }], "[attic.v1.plate]": { text: "p" } },
  ],
  ["proto2: an extension given as null is not set", chests, '{"name":"c","[attic.v1.owners]":null}', { name: "c" }],
];

test.for(accepted)("%s", async ([, target, body, request]) => {
  const { send, calls } = transcoderFor(target);
  const answer = await send(target, { body });
  expect(answer.json).not.toHaveProperty("error");
  expect(calls[0]?.request).toEqual(request);
});

const refused: readonly Refused[] = [
  ["conformance: Int32FieldNotInteger, quoted", everything, '{"int32Value":"1e-1"}', ["int32Value"]],
  ["conformance: Int32FieldLeadingSpace", everything, '{"int32Value":" 1"}', ["int32Value"]],
  ["conformance: FloatFieldTooLarge", everything, '{"floatValue":3.502823e38}', ["floatValue"]],
  ["conformance: TimestampJsonInputLowercaseT", everything, '{"time":"2024-01-01t00:00:00Z"}', ["time"]],
  ["conformance: TimestampJsonInputLowercaseZ", everything, '{"time":"2024-01-01T00:00:00z"}', ["time"]],
  ["RFC 3339: a leap second is no Timestamp", everything, '{"time":"2016-12-31T23:59:60Z"}', ["time"]],
  ["conformance: DurationMissingS", everything, '{"duration":"1"}', ["duration"]],
  ["a map key is written in digits", everything, '{"byNumber":{"1e3":{}}}', ['byNumber["1e3"]']],
  ["Any: an Empty with members", everything, anyOf("google.protobuf.Empty", ',"value":{"a":1}'), ["any.value"]],
  ["proto2: a required field", chests, '{"drawers":1}', ["name"]],
  [
    "proto2: required fields below, in lists and maps",
    chests,
    '{"name":"c","inner":[{"name":"d"},{}],"labels":{"1":{}}}',
    ["inner[1].name", 'labels["1"].text'],
  ],
  ["proto2: a closed enum takes no number that it lacks", chests, '{"name":"c","wood":7}', ["wood"]],
  [
    "proto2: an extension of a wrong type",
    chests,
    '{"name":"c","[attic.v1.owners]":["a",1]}',
    ["[attic.v1.owners][1]"],
  ],
  ["proto2: an extension that nobody knows", chests, '{"name":"c","[attic.v1.nope]":1}', ["[attic.v1.nope]"]],
  ["an extension of another type", everything, '{"[attic.v1.owners]":[]}', ["[attic.v1.owners]"]],
];

test.for(refused)("%s is refused", async ([, target, body, fields]) => {
  const { send, calls } = transcoderFor(target);
  const answer = await send(target, { body });
  expect(answer).toMatchObject({ status: 400, fields });
  expect(calls).toEqual([]);
});

test("a required field that neither path nor query gives is refused too", async () => {
  const { send, calls } = transcoderFor(chests);
  expect(await send("GET /v1/chests/c?drawers=2")).toMatchObject({ status: 200 });
  expect(calls[0]?.request).toEqual({ name: "c", drawers: 2 });
});

test.for([
  ["line1", ["line_1"]],
  ["line_1,lock.maker", ["line_1", "lock.maker"]],
  ["weightGrams,inner.line1,nope.aB", ["weight_grams", "inner.line1", "nope.a_b"]],
  ["*", ["*"]],
  ["", []],
] as const)("a mask that is given as %j has the names of the protos", async ([mask, paths]) => {
  const { send, calls } = createTestTranscoder({ services: [atticService()] });
  const answer = await send(`PATCH /v1/repairs?updateMask=${mask}`, { body: '{"name":"c"}' });
  expect(answer.fields).toEqual([]);
  expect(calls[0]?.message).toMatchObject({ updateMask: { paths } });
});

test("the mask that a body implies has the names of the protos", async () => {
  const { send, calls } = createTestTranscoder({ services: [atticService()] });
  await send("PATCH /v1/repairs", { body: '{"name":"c","line1":"a"}' });
  expect(calls[0]?.message).toMatchObject({ updateMask: { paths: ["name", "line_1"] } });
});

test.for(["shelf.v1.Everything", "attic.v1.Chest"])(
  "any %s that is written is read as the same message",
  async (name) => {
    const desc = messageNamed(name);
    const target = desc === shelfMessage("Everything") ? everything : chests;
    const write = planMessages(testRegistry).message(desc);
    await fc.assert(
      fc.asyncProperty(arbitraryMessage(desc), async (message) => {
        const { send, calls } = transcoderFor(target);
        const body = write(message);
        fc.pre(!body.includes("__proto__"));
        expect((await send(target, { body })).fields).toEqual([]);
        const [call] = calls;
        if (call === undefined) throw new Error("no call was made");
        // NullValue has no presence in JSON, and NaN is no equal of itself: the wire tells.
        expect(Buffer.from(toBinary(desc, call.message)).toString("hex")).toBe(
          Buffer.from(toBinary(desc, message)).toString("hex"),
        );
      }),
      { numRuns: 300 },
    );
  },
);
