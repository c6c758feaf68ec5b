/** What comes back: the whole message, or the part that response_body names. */
import { answered, bound, type Case, json } from "./case.ts";

const part = (clause: string, field: string, body: object, value: unknown): Case =>
  answered(clause, `POST /v1/reply/${field}`, json(body), {
    json: value,
    header: { "content-type": "application/json" },
  });

const emptyInner = { label: "", size: "0", notes: [], colour: "COLOUR_UNSPECIFIED" };

export const responses: readonly Case[] = [
  answered(
    "defaults are written, messages and optionals only when set",
    "GET /v1/ports/7/berths/2",
    {},
    {
      json: { name: "ports/7/berths/2", lengthMm: "0", tags: [], labels: {} },
    },
  ),
  answered("int64 as strings, enums by name", "POST /v1/lab", json({ anInt64: "9007199254740993", colour: 2 }), {
    part: { anInt64: "9007199254740993", colour: "GREEN", aUint64: "0", anInt32: 0 },
  }),
  answered("doubles that JSON has no number for", "POST /v1/lab", json({ aDouble: "Infinity", aFloat: "NaN" }), {
    part: { aDouble: "Infinity", aFloat: "NaN" },
  }),
  answered("an unknown number of an enum", "POST /v1/lab", json({ colour: 77 }), { part: { colour: 77 } }),
  answered(
    "the length of the body",
    "GET /v1/ports/7",
    {},
    {
      json: { port: "7", word: "" },
      header: { "content-length": "22", "content-type": "application/json" },
    },
  ),
  answered("an empty answer is an object", "DELETE /v1/ports/7/berths/2", {}, { json: {} }),
  answered(
    "a list of messages",
    "GET /v1/ports/7/berths",
    { plan: { replies: [{ berths: [{ name: "a" }], nextPageToken: "t" }] } },
    {
      json: { berths: [{ name: "a", lengthMm: "0", tags: [], labels: {} }], nextPageToken: "t" },
    },
  ),

  part("a message", "inner", { inner: { label: "x" } }, { ...emptyInner, label: "x" }),
  part("a message that is not set", "inner", {}, null),
  part("a list", "words", { words: ["a", "b"] }, ["a", "b"]),
  part("an empty list", "words", {}, []),
  part("a string", "text", { text: "x" }, "x"),
  part("an empty string", "text", {}, ""),
  part("an int64", "count", { anInt64: "9007199254740993" }, "9007199254740993"),
  part("a map", "labels", { labels: { a: "b" } }, { a: "b" }),
  part("an empty map", "labels", {}, {}),
  part("an enum", "colour", { colour: "RED" }, "RED"),
  part("a list of messages", "inners", { inners: [{ label: "x" }] }, [{ ...emptyInner, label: "x" }]),
  part("a Struct", "extra", { extra: { a: null } }, { a: null }),
  part("a Value", "anything", { anything: [1] }, [1]),
  part("a Value that is null", "anything", { anything: null }, null),
  part("a Timestamp", "at", { at: "2024-01-01T00:00:00Z" }, "2024-01-01T00:00:00Z"),
  part("bytes", "raw", { raw: "AQI=" }, "AQI="),
  part("a wrapper", "box", { stringBox: "x" }, "x"),
  part("a wrapper that is not set", "box", {}, null),
  part("an optional that is zero", "maybe", { maybeText: "" }, ""),
  part(
    "an Any",
    "any",
    { any: { "@type": "type.googleapis.com/shared.v1.Place" } },
    {
      "@type": "type.googleapis.com/shared.v1.Place",
      latitude: 0,
      longitude: 0,
      label: "",
    },
  ),
  answered(
    "an answer of a megabyte",
    "GET /v1/ports/7",
    { plan: { size: 1_000_000 } },
    {
      json: { port: "", word: "x".repeat(1_000_000) },
    },
  ),
  bound(
    "the upstream's own message is not what the client sent",
    "GET /v1/ports/7",
    "Harbour/GetPort",
    { port: "7" },
    { plan: { replies: [{ word: "hello" }] } },
    {
      json: { port: "", word: "hello" },
    },
  ),
];
