/** Requests with one thing wrong, or at the edge of what is right. */
import fc from "fast-check";
import type { ProbeRequest } from "./requests.ts";

type Spoil = (request: ProbeRequest, pick: number) => ProbeRequest;

/** Spoils requests. */
export function spoiled(requests: fc.Arbitrary<ProbeRequest>): fc.Arbitrary<ProbeRequest> {
  return fc
    .tuple(requests, fc.constantFrom(...spoils), fc.nat(10_000))
    .map(([request, spoil, pick]) => spoil(request, pick));
}

// Values of every type, and just inside and outside the ranges of the integers.
const oddValues = [
  "null",
  "true",
  '""',
  '"x"',
  "0",
  "-1",
  "1.5",
  "1e400",
  "2147483648",
  "-2147483649",
  "9223372036854775808",
  '"9223372036854775808"',
  '"18446744073709551616"',
  '"NaN"',
  "[]",
  "{}",
  "[[]]",
  '{"@type":"type.googleapis.com/none.Such"}',
  '"\\u0000"',
  '"\\ud800"',
  '"2024-02-30T00:00:00Z"',
  '"1s"',
] as const;
const oddTexts = [
  "",
  "x",
  "-1",
  "1.5",
  "true",
  "99999999999999999999",
  "%00",
  "%zz",
  "%ff",
  "%F0%9F%92%A9",
  "a%2Fb",
  "a:b",
] as const;
// An empty one leads to another path: nothing is known of its answers.
const oddSegments = [...oddTexts.filter((text) => text !== ""), "%2e%2e", ".", "%20", "a".repeat(2000)] as const;

const spoils: readonly Spoil[] = [
  // A value of the body, wherever it stands, becomes another.
  (request, pick) => withBody(request, (body) => replaceValue(body, pick)),
  (request, pick) => withBody(request, (body) => body.slice(0, pick % (body.length + 1))),
  (request, pick) => withBody(request, () => oddOf(oddValues, pick)),
  (request) => withBody(request, (body) => body.replace(/\{/, '{"noSuchField":1,')),
  (request) => withBody(request, (body) => body.replace(/\{("[^"]*":)/, "{$1null,$1")),
  (request) => withBody(request, () => "[".repeat(200)),
  (request) => ({ ...request, body: undefined }),
  (request) => ({ ...request, body: request.body ?? "{}" }),
  (request) => ({ ...request, header: { ...request.header, "content-type": "text/csv" } }),
  (request) => ({ ...request, header: { ...request.header, accept: "image/png" } }),
  (request) => ({ ...request, header: { ...request.header, "x-request-timeout": "soon" } }),
  (request, pick) => ({ ...request, query: [...request.query, `noSuchParameter=${oddOf(oddTexts, pick)}`] }),
  (request) => ({ ...request, query: [...request.query, ...request.query] }),
  (request) => ({ ...request, query: [] }),
  (request, pick) => ({
    ...request,
    query: request.query.map((each) => each.replace(/=.*/s, `=${oddOf(oddTexts, pick)}`)),
  }),
  (request, pick) => ({ ...request, query: [...request.query, oddOf(oddTexts, pick)] }),
  (request, pick) => ({
    ...request,
    segments: request.segments.map((each, index) =>
      index === pick % request.segments.length ? oddOf(oddSegments, Math.floor(pick / 7)) : each,
    ),
  }),
];

function withBody(request: ProbeRequest, change: (body: string) => string): ProbeRequest {
  return request.body === undefined ? request : { ...request, body: change(request.body) };
}

/** Puts an odd value where the text of a body has a plain one. */
function replaceValue(body: string, pick: number): string {
  const values = [
    ...body.matchAll(/(?<=[:[,]\s*)(?:"(?:[^"\\]|\\.)*"(?!\s*:)|-?\d[\d.eE+-]*|true|false|null|\{\}|\[\])/g),
  ];
  const chosen = values[pick % Math.max(values.length, 1)];
  if (chosen === undefined) return oddOf(oddValues, pick);
  return (
    body.slice(0, chosen.index) + oddOf(oddValues, Math.floor(pick / 7)) + body.slice(chosen.index + chosen[0].length)
  );
}

function oddOf<T extends string>(from: readonly T[], pick: number): string {
  return from[pick % from.length] ?? "";
}
