/** Streams between two services, over real authenticated connections. */
import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import {
  create,
  createFileRegistry,
  type DescMethodStreaming,
  type DescService,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type Client, Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import { Client as GrpcClient, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import {
  LedgerService,
  type StreamTransfersRequest,
  StreamTransfersRequestSchema,
  type StreamTransfersResponse,
  type StreamTransfersResponseSchema,
} from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { meshError } from "../errors/mesh-errors.ts";
import { errorInfoOf } from "../errors/rpc-error.ts";
import { openLogger } from "../telemetry/log.ts";
import { testCall, testCertificate } from "../testing/service.ts";
import { authorizePeers, parsePeerScopes } from "./authorize.ts";
import type { Call } from "./call.ts";
import { openMeshClient, openMeshTransport } from "./mesh-client.ts";
import { observeCalls } from "./observe.ts";
import { type GrpcServer, serveGrpc } from "./serve-grpc.ts";
import { clientCredentials, serverCredentials } from "./tls.ts";
import { validateRequests } from "./validate.ts";

type StreamTransfers = ServiceImpl<typeof LedgerService>["streamTransfers"];
type Request = MessageInitShape<typeof StreamTransfersRequestSchema>;

/** Most messages of 4 kB under way: grpc-js itself takes in 1 MB per call, sockets and windows of HTTP/2 some more. */
const MOST_UNDER_WAY = 300;
const FOUR_KB = 4_096;

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

async function serve(service: DescService, implementation: unknown) {
  const server: GrpcServer = await serveGrpc({
    // What it lacks is answered UNIMPLEMENTED.
    services: [{ service, implementation: implementation as ServiceImpl<DescService> }],
    interceptors: [
      observeCalls(openLogger("test", "silent")),
      authorizePeers(parsePeerScopes("gateway=*")),
      validateRequests,
    ],
    credentials: serverCredentials(await testCertificate("ledger")),
    listen: { host: "127.0.0.1", port: 0 },
  });
  closing.push(() => server.drain(0));
  return { server, address: `127.0.0.1:${server.port}` };
}

interface Peer {
  readonly server: GrpcServer;
  readonly address: string;
  client(call?: Partial<Call>): Client<typeof LedgerService>;
}

/** A ledger that only streams, and clients of it. */
async function streaming(streamTransfers: StreamTransfers): Promise<Peer> {
  const { server, address } = await serve(LedgerService, { streamTransfers });
  const mesh = openMeshClient(LedgerService, { peer: "ledger", address, tls: await testCertificate("gateway") });
  closing.push(() => mesh.close());
  return { server, address, client: (call) => mesh.for({ ...testCall({ tenant: "banco-ipe" }), ...call }) };
}

const TRANSFER = {
  id: "018f0000-0000-7000-8000-000000000001",
  debitAccountId: "018f0000-0000-7000-8000-00000000000a",
  creditAccountId: "018f0000-0000-7000-8000-00000000000b",
  amount: { currencyCode: "BRL", minorUnits: 100n },
  code: 1,
};

function request(sequence: number): Request {
  return { requests: [{ sequence: BigInt(sequence), transfers: [TRANSFER] }] };
}

/** The only answer of a message. */
function answer(sequence: bigint, error?: { code?: number; message?: string }) {
  return { answers: [error === undefined ? { sequence } : { sequence, error }] };
}

/** Sequences of messages with one request each. */
async function* numbers(messages: AsyncIterable<StreamTransfersRequest>): AsyncGenerator<bigint> {
  for await (const { requests } of messages) {
    yield requests[0]?.sequence ?? 0n;
  }
}

async function* requests(count: number, pulled: (sequence: number) => void = () => {}): AsyncGenerator<Request> {
  for (let sequence = 0; sequence < count; sequence++) {
    pulled(sequence);
    yield request(sequence);
  }
}

const echo: StreamTransfers = async function* (messages) {
  for await (const sequence of numbers(messages)) {
    yield answer(sequence);
  }
};

async function sequences(responses: AsyncIterable<StreamTransfersResponse>): Promise<number[]> {
  const found: number[] = [];
  for await (const { answers } of responses) {
    found.push(...answers.map(({ sequence }) => Number(sequence)));
  }
  return found;
}

async function failureOf(responses: AsyncIterable<StreamTransfersResponse>): Promise<ConnectError> {
  return sequences(responses).then(
    () => expect.unreachable("the stream ended well"),
    (error: unknown) => ConnectError.from(error),
  );
}

/** Requests given one by one. */
function queue() {
  const transform = new TransformStream<Request, Request>();
  const writer = transform.writable.getWriter();
  return {
    send: (sequence: number) => void writer.write(request(sequence)).catch(() => {}),
    end: () => void writer.close().catch(() => {}),
    messages: transform.readable,
  };
}

/** Waits until a count has stood still for a hundred turns of the loop after it was above zero. */
async function settled(count: () => number): Promise<number> {
  await expect.poll(count).toBeGreaterThan(0);
  let before = -1;
  await expect
    .poll(
      async () => {
        const last = before;
        before = count();
        await setImmediate();
        return before === last;
      },
      { interval: 300 },
    )
    .toBe(true);
  return before;
}

describe("a stream both ways", () => {
  it("is answered in order", async () => {
    const { client } = await streaming(echo);
    const answers = await sequences(client().streamTransfers(requests(1_000)));
    expect(answers).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
  });

  it("is answered message by message, before the next is sent", async () => {
    const { client } = await streaming(echo);
    const { send, end, messages } = queue();
    const answers = client().streamTransfers(messages)[Symbol.asyncIterator]();
    for (let sequence = 0; sequence < 10; sequence++) {
      send(sequence);
      expect((await answers.next()).value?.answers[0]?.sequence).toBe(BigInt(sequence));
    }
    end();
    expect((await answers.next()).done).toBe(true);
  });

  it("may answer after the last request, and without reading them all", async () => {
    const { client } = await streaming(async function* (messages) {
      for await (const sequence of numbers(messages)) {
        yield answer(sequence);
        break;
      }
      await setImmediate();
      yield answer(77n);
    });
    expect(await sequences(client().streamTransfers(requests(1_000)))).toEqual([0, 77]);
  });

  it("holds back a caller whose messages are not read", async () => {
    const reading = Promise.withResolvers<void>();
    const { client } = await streaming(async function* (messages) {
      await reading.promise;
      yield* echo(messages, {} as HandlerContext);
    });
    let sent = 0;
    const metadata = Object.fromEntries(Array.from({ length: FOUR_KB / 256 }, (_, n) => [`m${n}`, "x".repeat(256)]));
    const large = async function* () {
      for (let sequence = 0n; sequence < 10_000n; sequence++) {
        sent++;
        yield { requests: [{ sequence, transfers: [{ ...TRANSFER, metadata }] }] };
      }
    };
    const patient = { signal: AbortSignal.timeout(25_000), deadlineMs: Date.now() + 25_000 };
    const answers = sequences(client(patient).streamTransfers(large()));
    expect(await settled(() => sent)).toBeLessThan(MOST_UNDER_WAY);
    reading.resolve();
    expect((await answers).length).toBe(10_000);
  });

  it("holds back a handler whose answers are not read", async () => {
    let written = 0;
    const { client } = await streaming(async function* () {
      for (let sequence = 0; sequence < 10_000; sequence++) {
        written++;
        yield answer(BigInt(sequence), { message: "x".repeat(FOUR_KB) });
      }
    });
    const answers = client().streamTransfers(requests(0))[Symbol.asyncIterator]();
    await answers.next();
    expect(await settled(() => written)).toBeLessThan(MOST_UNDER_WAY);
    let read = 1;
    while ((await answers.next()).done !== true) {
      read++;
    }
    expect(read).toBe(10_000);
  });

  it("aborts the handler's signal when the caller leaves, and ends its requests", async () => {
    const seen: string[] = [];
    const { client } = await streaming(async function* (messages, context) {
      context.signal.addEventListener("abort", () => seen.push(ConnectError.from(context.signal.reason).rawMessage));
      try {
        yield* echo(messages, context);
      } finally {
        seen.push("ended");
      }
    });
    const leaving = new AbortController();
    const { send, messages } = queue();
    const answers = client().streamTransfers(messages, { signal: leaving.signal })[Symbol.asyncIterator]();
    send(1);
    await answers.next();
    leaving.abort();
    await expect(answers.next()).rejects.toMatchObject({ code: Code.Canceled });
    await expect.poll(() => seen).toEqual(["the caller left", "ended"]);
  });

  it("ends with its deadline, at both ends", async () => {
    const reasons: unknown[] = [];
    const { client } = await streaming(async function* (messages, context) {
      context.signal.addEventListener("abort", () => reasons.push(context.signal.reason));
      yield* echo(messages, context);
    });
    const error = await failureOf(client({ deadlineMs: Date.now() + 300 }).streamTransfers(queue().messages));
    expect(error.code).toBe(Code.DeadlineExceeded);
    await expect.poll(() => reasons.length).toBe(1);
  });

  it("fails with the handler's code and details, after what was answered", async () => {
    const { client } = await streaming(async function* (messages) {
      for await (const sequence of numbers(messages)) {
        if (sequence === 3n) {
          throw meshError("OVERLOADED", { metadata: { shard: "7" } });
        }
        yield answer(sequence);
      }
    });
    const answers: bigint[] = [];
    const failing = async () => {
      for await (const response of client().streamTransfers(requests(10))) {
        answers.push(...response.answers.map(({ sequence }) => sequence));
      }
    };
    const error = ConnectError.from(await failing().catch((thrown: unknown) => thrown));
    expect(error.code).toBe(Code.ResourceExhausted);
    expect(errorInfoOf(error)).toMatchObject({ reason: "OVERLOADED", metadata: { shard: "7" } });
    expect(answers).toEqual([0n, 1n, 2n]);
  });

  it("fails also when nobody reads until it has failed", async () => {
    const ended = Promise.withResolvers<void>();
    const { client } = await streaming(async function* (_messages, context) {
      context.signal.addEventListener("abort", () => ended.resolve());
      yield answer(1n);
      throw meshError("OVERLOADED");
    });
    const answers = client().streamTransfers(queue().messages)[Symbol.asyncIterator]();
    expect((await answers.next()).value?.answers[0]?.sequence).toBe(1n);
    await ended.promise;
    await expect(answers.next()).rejects.toMatchObject({ code: Code.ResourceExhausted });
  });

  it("fails with what the caller's own requests failed with", async () => {
    const { client } = await streaming(echo);
    const error = await failureOf(
      client().streamTransfers(
        (async function* () {
          yield request(1);
          throw new ConnectError("no more", Code.Aborted);
        })(),
      ),
    );
    expect([error.code, error.rawMessage]).toEqual([Code.Aborted, "no more"]);
  });

  it("refuses a message that breaks a rule of the contract", async () => {
    const { client } = await streaming(echo);
    const error = await failureOf(client().streamTransfers(outOfRules()));
    expect(error.code).toBe(Code.InvalidArgument);
    expect(errorInfoOf(error)?.reason).toBe("VALIDATION_FAILED");
  });

  it("goes on after a refused message where the handler pulls by hand", async () => {
    const { client } = await streaming(async function* (messages) {
      const pulled = messages[Symbol.asyncIterator]();
      for (;;) {
        const next = await pulled.next().catch((error: unknown) => ConnectError.from(error));
        if (next instanceof ConnectError) {
          yield answer(0n, { code: next.code });
        } else if (next.done === true) {
          return;
        } else {
          yield answer(next.value.requests[0]?.sequence ?? 0n);
        }
      }
    });
    expect(await sequences(client().streamTransfers(outOfRules()))).toEqual([1, 0, 3]);
  });

  it("is cut, and its handler told, when the server has drained for long enough", async () => {
    const told = Promise.withResolvers<void>();
    const { server, client } = await streaming(async function* (messages, context) {
      context.signal.addEventListener("abort", () => told.resolve());
      yield* echo(messages, context);
    });
    const { send, messages } = queue();
    const answers = client().streamTransfers(messages)[Symbol.asyncIterator]();
    send(1);
    await answers.next();
    const rest = answers.next().catch((error: unknown) => ConnectError.from(error).code);
    await server.drain(100);
    await told.promise;
    expect([Code.Unavailable, Code.Canceled]).toContain(await rest);
  });

  it("may finish while the server drains", async () => {
    const { server, client } = await streaming(echo);
    const { send, end, messages } = queue();
    const answers = client().streamTransfers(messages)[Symbol.asyncIterator]();
    send(1);
    await answers.next();
    const drained = server.drain(10_000);
    send(2);
    expect((await answers.next()).value?.answers[0]?.sequence).toBe(2n);
    end();
    expect((await answers.next()).done).toBe(true);
    await drained;
  });

  it("without a peer fails as unavailable, with a reason", async () => {
    const { server, client } = await streaming(echo);
    await server.drain(0);
    const error = await failureOf(client().streamTransfers(requests(1)));
    expect(error.code).toBe(Code.Unavailable);
    expect(errorInfoOf(error)?.reason).toBe("DEPENDENCY_UNAVAILABLE");
  });
});

async function* outOfRules(): AsyncGenerator<Request> {
  yield request(1);
  yield { requests: [{ sequence: 2n, transfers: [] }] };
  yield request(3);
}

describe("a peer that is none of our clients", () => {
  const good = toBinary(StreamTransfersRequestSchema, create(StreamTransfersRequestSchema, request(1)));

  /** The status name that a stream of these bytes ends with. */
  async function endOf(address: string, bytes: Uint8Array, options: { readonly deadline?: number }): Promise<string> {
    const client = new GrpcClient(address, clientCredentials(await testCertificate("gateway"), "ledger"), {
      "grpc.ssl_target_name_override": "localhost",
    });
    closing.push(() => client.close());
    const headers = new Metadata();
    headers.set("malla-tenant", "banco-ipe");
    headers.set("malla-scopes", "ledger.write");
    const call = client.makeBidiStreamRequest(
      `/${LedgerService.typeName}/StreamTransfers`,
      (message: Uint8Array) => Buffer.from(message),
      (message: Buffer) => message,
      headers,
      options,
    );
    call.write(bytes);
    call.end();
    call.resume();
    return new Promise((resolve) => {
      call.on("error", (error: ServiceError) => resolve(status[error.code] ?? ""));
      call.on("end", () => setImmediate().then(() => resolve("OK")));
    });
  }

  it("is refused without a deadline", async () => {
    const { address } = await streaming(echo);
    expect(await endOf(address, good, { deadline: Date.now() + 5_000 })).toBe("OK");
    expect(await endOf(address, good, {})).toBe("INVALID_ARGUMENT");
  });

  it("hears that bytes which are no message are its mistake", async () => {
    const { address } = await streaming(echo);
    const deadline = Date.now() + 5_000;
    expect(await endOf(address, Uint8Array.of(0x0a, 0xff), { deadline })).toBe("INVALID_ARGUMENT");
  });
});

describe("a stream one way", () => {
  /** The ledger's contract, with another kind for StreamTransfers. */
  function ledgerWith(kind: { clientStreaming: boolean; serverStreaming: boolean }): DescService {
    const files = fromBinary(FileDescriptorSetSchema, readFileSync(new URL("../../gen/malla.binpb", import.meta.url)));
    const method = files.file
      .flatMap((file) => file.service)
      .flatMap((service) => service.method)
      .find(({ name }) => name === "StreamTransfers");
    Object.assign(method ?? {}, kind);
    const service = createFileRegistry(files).getService(LedgerService.typeName);
    return service ?? expect.unreachable("the ledger has a contract");
  }

  /** Calls it with these requests, and gives the sequences of the answers. */
  async function answersOf(service: DescService, streamTransfers: unknown, count: number): Promise<number[]> {
    const { address } = await serve(service, { streamTransfers });
    const transport = openMeshTransport({ peer: "ledger", address, tls: await testCertificate("gateway") });
    closing.push(() => transport.close());
    const method = service.methods.find(({ name }) => name === "StreamTransfers");
    const headers = { "malla-tenant": "banco-ipe", "malla-scopes": "ledger.write" };
    const response = await transport.stream(
      method as DescMethodStreaming<typeof StreamTransfersRequestSchema, typeof StreamTransfersResponseSchema>,
      undefined,
      5_000,
      headers,
      requests(count),
    );
    return sequences(response.message);
  }

  it("of requests is answered once", async () => {
    const service = ledgerWith({ clientStreaming: true, serverStreaming: false });
    const count = async (messages: AsyncIterable<StreamTransfersRequest>) => {
      let found = 0n;
      for await (const _ of numbers(messages)) {
        found++;
      }
      return answer(found);
    };
    expect(await answersOf(service, count, 500)).toEqual([500]);
  });

  it("of answers follows one request, and no more", async () => {
    const service = ledgerWith({ clientStreaming: false, serverStreaming: true });
    const twice = async function* ({ requests: [first] }: StreamTransfersRequest) {
      yield answer(first?.sequence ?? 0n);
      yield answer((first?.sequence ?? 0n) + 1n);
    };
    expect(await answersOf(service, twice, 1)).toEqual([0, 1]);
    await expect(answersOf(service, twice, 2)).rejects.toMatchObject({ code: Code.Unimplemented });
  });
});
