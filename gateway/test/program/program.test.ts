/** The program as a process: its command line, its end, its pages, and options that change what REST says. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { answered, bound, type Case, json, refused } from "./cases/case.ts";
import { check } from "./check.ts";
import { send } from "./client.ts";
import { buildDescriptors, type CaseDescriptors } from "./descriptors.ts";
import { runEdge, startEdge } from "./edge-process.ts";
import { encodeHeader } from "./plan.ts";
import { onStage } from "./stage.ts";
import { startUpstream } from "./upstream/server.ts";

let descriptors: CaseDescriptors;
beforeAll(() => {
  descriptors = buildDescriptors();
});

describe("the command line", () => {
  const rubbish = join(mkdtempSync(join(tmpdir(), "args-")), "rubbish.binpb");
  writeFileSync(rubbish, "no descriptors");
  const faults: readonly [clause: string, args: () => string[], word: RegExp][] = [
    ["no descriptors", () => ["--upstream", "http://127.0.0.1:1"], /--descriptors/],
    ["no upstream", () => ["--descriptors", descriptors.path], /--upstream/],
    [
      "an upstream that is no URL",
      () => ["--descriptors", descriptors.path, "--upstream", "localhost:9000"],
      /--upstream/,
    ],
    ["a file that is not there", () => ["--descriptors", "/nowhere.binpb", "--upstream", "http://a:1"], /nowhere/],
    ["a file that is no set", () => ["--descriptors", rubbish, "--upstream", "http://a:1"], /FileDescriptorSet/],
    ["an unknown option", () => ["--nope"], /nope/],
    ["a service that is not there", () => ["--descriptors", descriptors.path, "--route", "a.B=http://a:1"], /a\.B/],
    [
      "half of TLS",
      () => ["--descriptors", descriptors.path, "--upstream", "http://a:1", "--tls-cert", "x"],
      /--tls-key/,
    ],
  ];

  test.each(faults)("%s ends it with a word on why", async (_clause, args, word) => {
    const { code, log } = await runEdge(args());
    expect(code).toBe(2);
    expect(log).toMatch(word);
    expect(log).not.toMatch(/\n\s+at /);
  });

  test("--routes lists every rule", async () => {
    const { code, stdout } = await runEdge(["--descriptors", descriptors.path, "--routes"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/GET\s+\/v1\/\{name=ports\/\*\/berths\/\*\}\s.*harbour\.v1\.Harbour\.GetBerth/);
    expect(stdout).toMatch(
      /POST\s+\/v1\/\{parent=ports\/\*\}\/berths\s+body berth\s+harbour\.v1\.Harbour\.CreateBerth/,
    );
  });

  test("a port that is taken", async () => {
    const upstream = await startUpstream(descriptors);
    const { code, log } = await runEdge([
      ...["--descriptors", descriptors.path, "--upstream", upstream.url],
      ...["--listen", new URL(upstream.url).host],
    ]);
    upstream.close();
    expect(code).not.toBe(0);
    expect(log).toMatch(/--listen/);
  });
});

describe("a process", () => {
  const stage = onStage();

  test("health over HTTP", async () => {
    expect(await send(stage.edge.url, "GET /healthz")).toMatchObject({ status: 200 });
  });

  test("headers past the limit", async () => {
    const answer = await send(stage.edge.url, "GET /v1/ports/7", { header: { "x-big": "x".repeat(30_000) } });
    expect(answer).toMatchObject({ status: 431, json: { error: { code: 431 } } });
  });

  test("what is no HTTP", async () => {
    const socket = connect(Number(stage.edge.url.port), stage.edge.url.hostname);
    socket.end("hello\r\n\r\n");
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("a path past the limit", async () => {
    const answer = await send(stage.edge.url, `GET /v1/ports/${"x".repeat(40_000)}`);
    expect([414, 431]).toContain(answer.status);
  });

  test("SIGTERM lets a call under way finish, and the process ends with 0", async () => {
    const upstream = await startUpstream(descriptors);
    const edge = await startEdge([
      "--descriptors",
      descriptors.path,
      "--upstream",
      upstream.url,
      "--request-header",
      "x-plan",
    ]);
    const request = httpRequest({
      host: edge.url.hostname,
      port: edge.url.port,
      path: "/v1/ports/7",
      headers: { "x-plan": encodeHeader({ everyMs: 500 }) },
    });
    request.end();
    await once(request, "finish");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    const stopped = edge.stop();
    const [response]: IncomingMessage[] = await once(request, "response");
    expect(response?.statusCode).toBe(200);
    response?.resume();
    expect(await stopped).toBe(0);
    // The client keeps its connection alive for seconds: the edge does not wait for that.
    expect(performance.now() - began).toBeLessThan(3_000);
    await expect(send(edge.url, "GET /healthz")).rejects.toThrow("ECONNREFUSED");
    upstream.close();
  });

  test("an upstream that is not there is 503", async () => {
    const edge = await startEdge(["--descriptors", descriptors.path, "--upstream", "http://127.0.0.1:1"]);
    const answer = await send(edge.url, "GET /v1/ports/7");
    await edge.stop();
    expect(answer).toMatchObject({ status: 503, json: { error: { status: "UNAVAILABLE" } } });
  });

  test("an upstream that goes and comes back is found again", async () => {
    const first = await startUpstream(descriptors);
    const edge = await startEdge(["--descriptors", descriptors.path, "--upstream", first.url]);
    expect((await send(edge.url, "GET /v1/ports/7")).status).toBe(200);
    first.close();
    await expect.poll(async () => (await send(edge.url, "GET /v1/ports/7")).status).toBe(503);
    const second = await startUpstream(descriptors, Number(new URL(first.url).port));
    await expect.poll(async () => (await send(edge.url, "GET /v1/ports/7")).status, { timeout: 8_000 }).toBe(200);
    await edge.stop();
    second.close();
  });

  test("a service of another upstream", async () => {
    const other = await startUpstream(descriptors);
    const edge = await startEdge([
      ...["--descriptors", descriptors.path, "--upstream", "http://127.0.0.1:1"],
      ...["--route", `harbour.v1.Harbour=${other.url}`],
    ]);
    expect((await send(edge.url, "GET /v1/ports/7")).status).toBe(200);
    expect((await send(edge.url, "GET /v1/lab")).status).toBe(503);
    await edge.stop();
    other.close();
  });

  test("no Node options are needed, and nothing is said but the one line", async () => {
    const child = spawn(process.execPath, ["gateway/main.ts", "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    const errors: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(Buffer.concat(errors).toString()).toBe("");
  });
});

describe("options that loosen", () => {
  const cases: readonly Case[] = [
    bound(
      "unknown fields are dropped",
      "POST /v1/lab",
      "Lab/Whole",
      { text: "x", inner: { label: "l" } },
      json({ text: "x", nope: 1, inner: { nope: {}, label: "l" } }),
    ),
    bound(
      "an enum name that is unknown is dropped too",
      "POST /v1/lab",
      "Lab/Whole",
      { text: "x" },
      json({ text: "x", colour: "PUCE" }),
    ),
    bound("unknown parameters are passed over", "GET /v1/lab?text=x&nope=1&inner.nope=2", "Lab/Query", { text: "x" }),
    refused("bad values are still refused", "GET /v1/lab?anInt32=x", 400, "FIELD_VALUE_INVALID", "anInt32"),
    bound("a body past a megabyte", "POST /v1/lab", "Lab/Whole", undefined, json({ text: "x".repeat(1_500_000) })),
  ];
  const stage = onStage(undefined, [
    "--ignore-unknown-fields",
    "--ignore-unknown-query",
    "--max-body-bytes",
    "2000000",
  ]);

  test.each(cases.slice(0, 4))("$clause", async (one) => {
    await check(stage.edge.url, one);
  });

  test("a larger body", async () => {
    expect((await send(stage.edge.url, "POST /v1/lab", json({ text: "x".repeat(1_500_000) }))).status).toBe(200);
  });
});

describe("options on what is written", () => {
  const stage = onStage(undefined, ["--proto-names", "--enums-as-numbers", "--omit-defaults"]);
  const cases: readonly Case[] = [
    answered("proto names", "POST /v1/lab", json({ anInt32: 5, stringBox: "x" }), {
      json: { an_int32: 5, string_box: "x" },
    }),
    answered("enums as numbers", "POST /v1/lab", json({ colour: "RED", colours: ["GREEN"] }), {
      json: { colour: 1, colours: [2] },
    }),
    answered("no defaults", "GET /v1/ports/7", {}, { json: { port: "7" } }),
  ];

  test.each(cases)("$clause", async (one) => {
    await check(stage.edge.url, one);
  });
});

describe("pages of another origin", () => {
  const stage = onStage(undefined, ["--cors-origin", "https://app.example"]);
  const asks = {
    origin: "https://app.example",
    "access-control-request-method": "PATCH",
    "access-control-request-headers": "content-type,authorization",
  };

  test("are let in", async () => {
    const preflight = await send(stage.edge.url, "OPTIONS /v1/ports/7/berths/2", { header: asks });
    expect(preflight.status).toBe(204);
    expect(preflight.header).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-methods": expect.stringContaining("PATCH"),
      "access-control-allow-headers": expect.stringMatching(/content-type/i),
      vary: expect.stringMatching(/origin/i),
    });
    const answer = await send(stage.edge.url, "GET /v1/ports/7", { header: { origin: "https://app.example" } });
    expect(answer.header["access-control-allow-origin"]).toBe("https://app.example");
    const failed = await send(stage.edge.url, "GET /nowhere", { header: { origin: "https://app.example" } });
    expect(failed.header["access-control-allow-origin"]).toBe("https://app.example");
  });

  test("or not", async () => {
    const answer = await send(stage.edge.url, "OPTIONS /v1/ports/7", {
      header: { ...asks, origin: "https://evil.example" },
    });
    expect(answer.header["access-control-allow-origin"]).toBeUndefined();
  });
});
