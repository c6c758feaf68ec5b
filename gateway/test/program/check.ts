/** Runs a case and says whether its outcome is the expected one. */
import { expect } from "vitest";
import type { Case } from "./cases/case.ts";
import { type Answer, send } from "./client.ts";

/** Sends a case's request and checks every expectation it names. */
export async function check(base: URL, { target, init, expected }: Case): Promise<Answer> {
  const answer = await send(base, target, init);
  const { status, reason, seen, fields, json, text, lines, header } = answer;
  const [method, request] = expected.call ?? [];
  const actual = {
    status,
    ...(expected.reason === undefined ? {} : { reason }),
    ...(expected.field === undefined ? {} : { field: fields[0] }),
    ...(expected.call === undefined ? {} : { call: [seen?.method.replace(/^[a-z0-9.]*\./, ""), seen?.requests[0]] }),
    ...(expected.json === undefined ? {} : { json }),
    ...(expected.text === undefined ? {} : { text }),
    ...(expected.lines === undefined ? {} : { lines }),
    ...(expected.header === undefined ? {} : { header: pick(header, expected.header) }),
    ...(expected.metadata === undefined ? {} : { metadata: pick(seen?.metadata ?? {}, expected.metadata) }),
    ...(status === expected.status ? {} : { text }),
  };
  const wanted = {
    status: expected.status,
    ...(expected.reason === undefined ? {} : { reason: expected.reason }),
    ...(expected.field === undefined ? {} : { field: expected.field }),
    ...(expected.call === undefined ? {} : { call: [method, request] }),
    ...(expected.json === undefined ? {} : { json: expected.json }),
    ...(expected.text === undefined ? {} : { text: expected.text }),
    ...(expected.lines === undefined ? {} : { lines: expected.lines }),
    ...(expected.header === undefined ? {} : { header: expected.header }),
    ...(expected.metadata === undefined ? {} : { metadata: expected.metadata }),
  };
  expect(actual, JSON.stringify(actual)).toEqual(wanted);
  if (expected.part !== undefined) expect(json).toMatchObject(expected.part);
  if (expected.status >= 400 && expected.reason !== undefined) expect(seen).toBeUndefined();
  return answer;
}

function pick(from: object, like: object): Record<string, unknown> {
  const entries = new Map(Object.entries(from));
  return Object.fromEntries(Object.keys(like).map((name) => [name, entries.get(name)]));
}
