/** RPC through the program by @grpc/grpc-js: what a gRPC client sends and gets is what it would without the edge. */
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import { decodeSeen, encodeHeader, type Plan } from "./plan.ts";
import { onEveryStage } from "./stage.ts";

const same = (bytes: Buffer): Buffer => bytes;
const words = Buffer.from("\n\u00017"); // {1: "7"}
const clients: Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

interface Outcome {
  readonly error: ServiceError | null;
  readonly answer: Buffer | undefined;
  readonly header: Metadata;
  readonly trailer: Metadata;
}

function connect(base: URL): Client {
  const client = new Client(base.host, credentials.createInsecure(), { "grpc.max_receive_message_length": -1 });
  clients.push(client);
  return client;
}

function call(
  base: URL,
  method: string,
  plan: Plan,
  bytes = words,
  extra: Record<string, string | Buffer> = {},
): Promise<Outcome> {
  const metadata = new Metadata();
  metadata.set("x-plan", encodeHeader(plan));
  for (const [name, value] of Object.entries(extra)) metadata.set(name, value);
  return new Promise((resolve) => {
    let header = new Metadata();
    let outcome: Pick<Outcome, "error" | "answer"> | undefined;
    const request = connect(base).makeUnaryRequest(
      method,
      same,
      same,
      bytes,
      metadata,
      { deadline: Date.now() + 8_000 },
      (error, answer) => {
        outcome = { error, answer };
      },
    );
    request.on("metadata", (got) => {
      header = got;
    });
    request.on("status", ({ metadata: trailer }) =>
      setImmediate(() => resolve({ error: null, answer: undefined, ...outcome, header, trailer })),
    );
  });
}

const getPort = "/harbour.v1.Harbour/GetPort";

onEveryStage((stage) => {
  test("a message, headers and trailers, in both directions and in bytes too", async () => {
    const plan: Plan = {
      tell: true,
      headers: { "x-early": "1", "x-early-bin": "AQID" },
      trailers: { "x-late": "2", "x-late-bin": "/w==" },
    };
    const { answer, header, trailer } = await call(stage.edge.url, getPort, plan, words, {
      "any-header": "a",
      "some-bin": Buffer.from([1, 255]),
    });
    expect(answer).toEqual(words);
    expect(header.get("x-early")).toEqual(["1"]);
    expect(header.get("x-early-bin")).toEqual([Buffer.from([1, 2, 3])]);
    expect(trailer.get("x-late")).toEqual(["2"]);
    expect(trailer.get("x-late-bin")).toEqual([Buffer.from([255])]);
    const seen = decodeSeen(String(header.get("x-seen")[0]));
    expect(seen?.metadata).toMatchObject({ "any-header": ["a"], "some-bin": ["Af8="] });
    expect(seen?.timeoutMs).toBeGreaterThan(1_000);
    expect(seen?.timeoutMs).toBeLessThan(8_001);
  });

  test.each([1, 2, 3, 5, 9, 12, 13, 16])("code %i with its message, details and trailers", async (code) => {
    const details = [{ type: "type.googleapis.com/elsewhere.v1.Secret", base64: "CgF4" }];
    const { error, trailer } = await call(stage.edge.url, getPort, {
      error: { code, message: "naïve 100%", details },
      trailers: { "x-late": "2" },
    });
    expect(error).toMatchObject({ code, details: "naïve 100%" });
    expect(trailer.get("x-late")).toEqual(["2"]);
    expect(String(trailer.get("grpc-status-details-bin")[0])).toContain("elsewhere.v1.Secret");
  });

  test("fields the edge does not know pass through", async () => {
    const unknown = Buffer.concat([words, Buffer.from([0xa2, 0x06, 0x01, 0x78])]); // {100: "x"}
    expect((await call(stage.edge.url, "/harbour.v1.Harbour/GetChart", {}, unknown)).answer).toEqual(unknown);
  });

  test("a message of 3 MB each way", async () => {
    const text = Buffer.from("x".repeat(3_000_000));
    const bytes = Buffer.concat([Buffer.from([0x12, 0xc0, 0x8d, 0xb7, 0x01]), text]); // {2: text}
    expect((await call(stage.edge.url, getPort, {}, bytes)).answer?.length).toBe(bytes.length);
  });

  test("a message past the limit", async () => {
    const bytes = Buffer.concat([Buffer.from([0x12, 0xc0, 0x96, 0xb1, 0x02]), Buffer.alloc(5_000_000, "x")]);
    expect((await call(stage.edge.url, getPort, {}, bytes)).error).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    const { error } = await call(stage.edge.url, getPort, { size: 5_000_000 });
    expect(error).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  });

  test("a method that no one serves", async () => {
    expect((await call(stage.edge.url, "/harbour.v1.Harbour/Nope", {})).error).toMatchObject({
      code: status.UNIMPLEMENTED,
    });
    expect((await call(stage.edge.url, "/nope.v1.Nope/Nope", {})).error).toMatchObject({ code: status.UNIMPLEMENTED });
  });

  test("headers of an answer that fails once the stream is open come before its trailers, once", async () => {
    const metadata = new Metadata();
    const plan: Plan = {
      count: 1,
      failAfter: 1,
      error: { code: 9, message: "shut" },
      headers: { "x-early": "1" },
      trailers: { "x-late": "2" },
    };
    metadata.set("x-plan", encodeHeader(plan));
    const request = connect(stage.edge.url).makeServerStreamRequest("/tide.v1.Tide/Watch", same, same, words, metadata);
    const header = new Promise<Metadata>((resolve) => request.on("metadata", resolve));
    const messages: Buffer[] = [];
    request.on("data", (bytes: Buffer) => messages.push(bytes));
    request.on("error", () => {});
    const ended = await new Promise<{ code: number; metadata: Metadata }>((resolve) => request.on("status", resolve));
    expect(messages).toHaveLength(1);
    expect(ended.code).toBe(9);
    expect((await header).get("x-early")).toEqual(["1"]);
    expect(ended.metadata.get("x-late")).toEqual(["2"]);
  });
});
