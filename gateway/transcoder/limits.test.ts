import { expect, test } from "vitest";
import { scanJson } from "./json-scan.ts";
import { createTestTranscoder } from "./testdata/client.ts";

const everything = "/v1/everything";

const urls: readonly [clause: string, length: number, status: number][] = [
  ["as long as allowed", 8_192, 200],
  ["a byte longer", 8_193, 414],
];

test.each(urls)("a URL %s (%i bytes) gives %i", async (_clause, length, status) => {
  const { send, calls } = createTestTranscoder();
  const start = `${everything}?stringValue=`;
  const answer = await send(`GET ${start}${"a".repeat(length - start.length)}`);
  expect(answer).toMatchObject({ status, reason: status === 200 ? undefined : "URI_TOO_LONG" });
  expect(calls).toHaveLength(status === 200 ? 1 : 0);
});

test("a URL that is too long is refused where there is no route, too", async () => {
  expect(await createTestTranscoder().send(`GET /nope${"/a".repeat(5_000)}`)).toMatchObject({ status: 414 });
});

const parameters: readonly [count: number, status: number][] = [
  [1_000, 200],
  [1_001, 400],
];

test.each(parameters)("%i query parameters give %i", async (count, status) => {
  const { send } = createTestTranscoder({ limits: { maxUrlBytes: 100_000 } });
  const answer = await send(`GET ${everything}?&${Array(count).fill("numbers=1").join("&")}`);
  expect(answer).toMatchObject({ status, reason: status === 200 ? undefined : "QUERY_INVALID" });
});

// JSON texts and the objects, arrays and scalars in them
const counted: readonly [text: string, values: number][] = [
  ["1", 1],
  ['"a,[{"', 1],
  ["null", 1],
  ["[]", 1],
  [" { } ", 1],
  ["[1]", 2],
  ["[1,[2]]", 4],
  ["[[],[ ],{}]", 4],
  ['{"a":1}', 2],
  ['{"a":{"b":[true,null,"x,y"]},"c":"[,"}', 7],
  ["[\n\t[\r\n] , []]", 3],
];

test.each(counted)("%s holds %i values", (text, values) => {
  expect(scanJson(text, 100, values).tooLarge).toBe(false);
  expect(scanJson(text, 100, values - 1).tooLarge).toBe(values > 1);
});

const bodies: readonly [clause: string, body: string, status: number][] = [
  ["100,000 values", `{"numbers":[${"1,".repeat(99_997)}1]}`, 200],
  ["one more", `{"numbers":[${"1,".repeat(99_998)}1]}`, 400],
  ["more empty arrays", `[${"[],".repeat(100_000)}[]]`, 400],
  ["more keys", `{${Array.from({ length: 100_000 }, (_, key) => `"${key}":1`).join()}}`, 400],
];

test.each(bodies)("JSON of %s gives the right answer", async (_clause, body, status) => {
  const { send } = createTestTranscoder({ limits: { maxBodyBytes: 10_000_000 } });
  const answer = await send(`POST ${everything}`, { body });
  expect(answer).toMatchObject({ status, reason: status === 200 ? undefined : "JSON_TOO_LARGE" });
});

test("the number of values is an option", async () => {
  const { send } = createTestTranscoder({ limits: { maxJsonValues: 3 } });
  expect(await send(`POST ${everything}`, { body: '{"numbers":[1]}' })).toMatchObject({ status: 200 });
  expect(await send(`POST ${everything}`, { body: '{"numbers":[1,2]}' })).toMatchObject({ reason: "JSON_TOO_LARGE" });
});

const unknown: readonly [clause: string, target: string, status: number, reason: string | undefined][] = [
  ["a parameter that is no field", `GET ${everything}?utm_source=x&int32Value=7`, 200, undefined],
  ["a path that leads nowhere", `GET ${everything}?nested.nope.x=1&int32Value=7`, 200, undefined],
  ["a field with a value that does not fit", `GET ${everything}?int32Value=x`, 400, "FIELD_VALUE_INVALID"],
  ["a field that the path decides", `GET ${everything}/a?stringValue=b`, 400, "PATH_AND_QUERY_CONFLICT"],
  ["a field that the query cannot give", `GET ${everything}?struct=1`, 400, "QUERY_PARAMETER_UNKNOWN"],
];

test.each(unknown)("where unknown parameters are passed over, %s", async (_clause, target, status, reason) => {
  const { send, calls } = createTestTranscoder({ ignoreUnknownQueryParameters: true });
  expect(await send(target)).toMatchObject({ status, reason });
  expect(calls).toMatchObject(status === 200 ? [{ request: { int32Value: 7 } }] : []);
});
