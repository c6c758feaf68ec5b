/** Names that a converter of cases gets wrong, contracts of proto2 and of editions. */
import { answered, bound, type Case, json, refused } from "./case.ts";

const odd = (clause: string, body: object, request: object): Case =>
  bound(clause, "POST /v1/odd", "Names/Take", request, json(body));

export const names: readonly Case[] = [
  odd("a field in camel case", { camelCase: "x" }, { camelCase: "x" }),
  odd("a leading underscore", { Leading: "x" }, { Leading: "x" }),
  odd("a leading underscore, by its proto name", { _leading: "x" }, { Leading: "x" }),
  odd("a trailing underscore", { trailing_: "x" }, { trailing: "x" }),
  odd("two underscores", { two__bars: "x" }, { twoBars: "x" }),
  odd("an underscore before a digit", { with_2_digits: "x" }, { with2Digits: "x" }),
  odd("json_name with a dot", { "other.name": "x" }, { "other.name": "x" }),
  odd("json_name, by the proto name", { renamed: "x" }, { "other.name": "x" }),
  odd("json_name with an at sign", { "@type-ish": "x" }, { "@type-ish": "x" }),
  odd("capitals", { Upper: { HTTPCode: 5, URL: "u" } }, { Upper: { HTTPCode: 5, URL: "u" } }),
  odd(
    "names of Object.prototype",
    { constructor: "a", toString: "b", hasOwnProperty: "c" },
    { constructor: "a", toString: "b", hasOwnProperty: "c" },
  ),
  odd("explicit presence of editions", { explicitZero: 0 }, { explicitZero: 0 }),
  odd("a delimited message of editions", { delim: { inside: "x" } }, { delim: { inside: "x" } }),
  bound("in a path", "GET /v1/odd/a/b/5", "Names/Take", { camelCase: "a", Leading: "b", Upper: { HTTPCode: 5 } }),
  bound("in a query", "GET /v1/odd?constructor=a&_leading=b&Upper.HTTP_code=5&toString=t", "Names/Take", {
    constructor: "a",
    Leading: "b",
    Upper: { HTTPCode: 5 },
    toString: "t",
  }),
  bound("a body field in capitals", "POST /v1/odd:upper", "Names/Take", { Upper: { URL: "u" } }, json({ URL: "u" }), {
    json: { HTTPCode: 0, URL: "u" },
  }),
  refused("valueOf is no field", "GET /v1/odd?valueOf=a", 400, "QUERY_PARAMETER_UNKNOWN", "valueOf"),
  refused("a field that looks like __proto__", "POST /v1/odd", 400, "FIELD_UNKNOWN", "__proto__", {
    body: '{"__proto__":1}',
  }),

  bound(
    "proto2: what is set",
    "POST /v1/entries",
    "Book/Enter",
    { id: "1", copies: 0, mark: "MARK_SHUT", pages: [1, 2] },
    json({ id: "1", copies: 0, mark: "MARK_SHUT", pages: [1, 2] }),
  ),
  bound(
    "proto2: a group",
    "POST /v1/entries",
    "Book/Enter",
    { id: "1", detail: { line: "x" } },
    json({ id: "1", detail: { line: "x" } }),
  ),
  bound("proto2: json_name", "GET /v1/entries/1?comment=x&sealed=false", "Book/Enter", {
    id: "1",
    comment: "x",
    sealed: false,
  }),
  bound("proto2: in the query, by the proto name", "GET /v1/entries/1?remark=x", "Book/Enter", {
    id: "1",
    comment: "x",
  }),
  answered("proto2: defaults are not sent back as if set", "GET /v1/entries/1", {}, { json: { id: "1", pages: [] } }),
  refused(
    "proto2: a closed enum refuses unknown numbers",
    "POST /v1/entries",
    400,
    "FIELD_TYPE_INVALID",
    "mark",
    json({ id: "1", mark: 9 }),
  ),
];
