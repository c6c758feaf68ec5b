/** Rules from a service configuration: for contracts that have none, and instead of those they have. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bound, type Case, json, refused } from "./cases/case.ts";
import { check } from "./check.ts";
import { buildDescriptors, type CaseDescriptors } from "./descriptors.ts";
import { runEdge } from "./edge-process.ts";
import { onStage } from "./stage.ts";

const file = resolve(import.meta.dirname, "protos/plain/v1/plain.yaml");

const cases: readonly Case[] = [
  bound("a rule for a method without one", "GET /v1/say/hello?times=2", "Plain/Say", { text: "hello", times: 2 }),
  bound(
    "an additional binding",
    "POST /v1/say",
    "Plain/Say",
    { text: "x", voice: { pitch: 1.5 } },
    json({ text: "x", voice: { pitch: 1.5 } }),
  ),
  bound(
    "body and response_body",
    "PUT /v1/voices/low:say?text=x",
    "Plain/Say",
    { text: "x", voice: { name: "voices/low", pitch: 1 } },
    json({ pitch: 1 }),
    { json: "x" },
  ),
  bound("a custom kind", "NOTIFY /v1/shout/hey", "Plain/Shout", { text: "hey" }),
  bound(
    "a stream",
    "GET /v1/sing/a/b",
    "Plain/Sing",
    { text: "a/b" },
    {},
    { lines: [{ result: { text: "a/b", times: 0 } }] },
  ),
  bound("instead of the rule in the proto", "GET /v9/stations/7", "Tide/Get", { station: "stations/7" }),
  refused("the rule in the proto is gone", "GET /v1/stations/7", 404, "ROUTE_NOT_FOUND"),
  bound("rules of other methods stay", "GET /v1/ports/7", "Harbour/GetPort", { port: "7" }),
  refused("a method without a rule anywhere", "GET /v1/mute", 404, "ROUTE_NOT_FOUND"),
];

describe("a service configuration", () => {
  const stage = onStage(undefined, ["--service-config", file]);

  test.each(cases)("$clause: $target", async (one) => {
    await check(stage.edge.url, one);
  });
});

// rules in YAML, and a word of the refusal
const faults: readonly [clause: string, yaml: string, word: RegExp][] = [
  ["a selector of nothing", "- {selector: plain.v1.Plain.Nothing, get: /a}", /plain\.v1\.Plain\.Nothing/],
  ["no selector", "- {get: /a}", /selector/],
  ["no pattern", "- {selector: plain.v1.Plain.Say}", /Say.*pattern/],
  ["two patterns", "- {selector: plain.v1.Plain.Say, get: /a, post: /b}", /get.*post|pattern|oneof/],
  ["a field that HttpRule does not have", "- {selector: plain.v1.Plain.Say, got: /a}", /got/],
  ["no leading slash", "- {selector: plain.v1.Plain.Say, get: a}", /Say.*"a"/],
  ["an open brace", '- {selector: plain.v1.Plain.Say, get: "/a/{text"}', /Say.*\{text/],
  ["an unknown field in the path", '- {selector: plain.v1.Plain.Say, get: "/a/{nope}"}', /nope/],
  ["a message in the path", '- {selector: plain.v1.Plain.Say, get: "/a/{voice}"}', /voice/],
  ["a variable within a variable", '- {selector: plain.v1.Plain.Say, get: "/a/{text=b/{times}}"}', /Say/],
  ["a variable twice", '- {selector: plain.v1.Plain.Say, get: "/a/{text}/{text}"}', /text/],
  ["** before the end", '- {selector: plain.v1.Plain.Say, get: "/a/{text=**}/b"}', /\*\*/],
  ["an unknown body", "- {selector: plain.v1.Plain.Say, post: /a, body: nope}", /nope/],
  ["a dotted body", "- {selector: plain.v1.Plain.Say, post: /a, body: voice.name}", /voice\.name/],
  ["an unknown response_body", "- {selector: plain.v1.Plain.Say, get: /a, response_body: nope}", /nope/],
  [
    "two methods of one path",
    "- {selector: plain.v1.Plain.Say, get: /a}\n    - {selector: plain.v1.Plain.Shout, get: /a}",
    /Say.*Shout|Shout.*Say/s,
  ],
  [
    "two variables of one shape",
    '- {selector: plain.v1.Plain.Say, get: "/a/{text}"}\n    - {selector: plain.v1.Plain.Shout, get: "/a/{voice.name}"}',
    /Say.*Shout|Shout.*Say/s,
  ],
  [
    "bindings within bindings",
    "- {selector: plain.v1.Plain.Say, get: /a, additional_bindings: [{get: /b, additional_bindings: [{get: /c}]}]}",
    /additional_bindings/,
  ],
  ["no YAML", "- {selector: [", /yaml|flow|line/i],
];

describe("a service configuration that cannot be served ends the program at once", () => {
  let descriptors: CaseDescriptors;
  beforeAll(() => {
    descriptors = buildDescriptors();
  });

  test.each(faults)("%s", async (_clause, yaml, word) => {
    const path = join(mkdtempSync(join(tmpdir(), "rules-")), "rules.yaml");
    writeFileSync(path, `type: google.api.Service\nconfig_version: 3\nhttp:\n  rules:\n    ${yaml}\n`);
    const { code, log } = await runEdge(["--descriptors", descriptors.path, "--service-config", path, "--check"]);
    expect(log).toMatch(word);
    expect(log).not.toMatch(/\n\s+at /); // a mistake of the user, not a stack of ours
    expect([1, 2]).toContain(code);
  });
});
