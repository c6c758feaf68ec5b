/** Well-known types: as fields, and as the whole message of a method. */
import { answered, bound, type Case, json, refused } from "./case.ts";

const field = (clause: string, body: object, request: object = body): Case =>
  bound(clause, "POST /v1/lab", "Lab/Whole", request, json(body));
const refuses = (clause: string, body: object, at: string, reason = "FIELD_VALUE_INVALID"): Case =>
  refused(clause, "POST /v1/lab", 400, reason, at, json(body));
/** A message that is one value in JSON, in and out again. */
const boxed = (clause: string, path: string, value: unknown, back: unknown = value): Case =>
  answered(clause, `POST /v1/box/${path}`, json(value), { json: back });

const place = { "@type": "type.googleapis.com/shared.v1.Place", label: "x" };

export const wellKnown: readonly Case[] = [
  field("Timestamps", {
    at: "0001-01-01T00:00:00Z",
    times: ["9999-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.500Z"],
  }),
  field("a Duration", { took: "3.000000001s" }),
  field("the longest Duration", { took: "315576000000s" }),
  field("a FieldMask", { mask: "inner.label,anInt32" }),
  field("an empty FieldMask", { mask: "" }),
  field("wrappers", {
    stringBox: "",
    int64Box: "0",
    int32Box: 0,
    uint32Box: 0,
    uint64Box: "0",
    boolBox: false,
    doubleBox: 0,
    floatBox: 0,
    bytesBox: "",
  }),
  field("wrappers that are null", { stringBox: null, int64Box: null }, {}),
  field("a wrapper past 2^53", { int64Box: "9007199254740993", uint64Box: "18446744073709551615" }),
  field("a Struct", { extra: { a: 1.5, b: null, c: [true, "x", { d: {} }], "": "" } }),
  field("Values", { anything: null, values: [null, 1, "x", [], {}], byValue: { a: null } }),
  field("a ListValue", { list: [1, [2, [null]]] }),
  field("Empty", { empty: {} }),
  field("an Any of a message", { any: place }),
  field("an Any of a value", { any: { "@type": "type.googleapis.com/google.protobuf.Duration", value: "1s" } }),
  field("an Any in an Any", { any: { "@type": "type.googleapis.com/google.protobuf.Any", value: place } }),
  field("an Any with its type last", { any: { label: "x", "@type": place["@type"] } }, { any: place }),
  field("an Any of another host", { any: { ...place, "@type": "example.com/types/shared.v1.Place" } }),
  field("a list of Anys", {
    anys: [place, { "@type": "type.googleapis.com/google.protobuf.StringValue", value: "y" }],
  }),

  boxed("a StringValue as message", "string", "words"),
  boxed("an Int64Value as message", "int64", "9007199254740993"),
  boxed("a BoolValue as message", "bool", true),
  boxed("a BoolValue that is false", "bool", false),
  boxed("a BytesValue as message", "bytes", "AQI="),
  boxed("a Timestamp as message", "time", "2024-01-01T00:00:00Z"),
  boxed("a Duration as message", "duration", "1.500s"),
  boxed("a Struct as message", "struct", { a: [1, null] }),
  boxed("a Value as message", "value", [1, "x"]),
  boxed("a Value that is null", "value", null),
  boxed("a ListValue as message", "list", [1, {}]),
  boxed("an Any as message", "any", place, { ...place, latitude: 0, longitude: 0 }),
  boxed("a FieldMask as message", "mask", "a.b,cD"),
  boxed("Empty as message", "empty", {}),
  answered("Empty without a body", "POST /v1/box/empty", {}, { json: {} }),
  answered("Empty by GET", "GET /v1/box/empty", {}, { json: {} }),

  refuses("a Timestamp without a zone", { at: "2024-01-01T00:00:00" }, "at"),
  refuses("a Timestamp in small letters", { at: "2024-01-01t00:00:00z" }, "at"),
  refuses("a Timestamp of the year 10000", { at: "10000-01-01T00:00:00Z" }, "at"),
  refuses("ten digits of a second", { at: "2024-01-01T00:00:00.1234567890Z" }, "at"),
  refuses("a Timestamp as a number", { at: 5 }, "at", "FIELD_TYPE_INVALID"),
  refuses("a Timestamp as an object", { at: { seconds: 5 } }, "at", "FIELD_TYPE_INVALID"),
  refuses("a Duration past its range", { took: "315576000001s" }, "took"),
  refuses("a Duration in minutes", { took: "1m" }, "took"),
  refuses("a FieldMask as a list", { mask: ["a"] }, "mask", "FIELD_TYPE_INVALID"),
  refuses("a wrapper as an object", { int32Box: { value: 1 } }, "int32Box", "FIELD_TYPE_INVALID"),
  refuses("a Struct that is a list", { extra: [] }, "extra", "FIELD_TYPE_INVALID"),
  refuses("an Any of an unknown type", { any: { "@type": "type.googleapis.com/nope.v1.Nope" } }, "any.@type"),
  refuses("an Any without a type", { any: { label: "x" } }, "any.@type", "FIELD_TYPE_INVALID"),
  refuses("an unknown field in an Any", { any: { ...place, nope: 1 } }, "any.nope", "FIELD_UNKNOWN"),
  refuses("a field in Empty", { empty: { a: 1 } }, "empty.a", "FIELD_UNKNOWN"),
];
