import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test, vi } from "vitest";
import type { Admitted, TranscoderOptions } from "./options.ts";
import type { RestRequest } from "./rest-message.ts";
import { createTestTranscoder } from "./testdata/client.ts";

type Admit = NonNullable<TranscoderOptions["admit"]>;

function admitting(options: Partial<Omit<TranscoderOptions, "admit">> = {}) {
  const over = vi.fn<Admitted["over"]>();
  const admitted: Admitted = { over };
  const admit = vi.fn<Admit>(() => admitted);
  return { over, admitted, admit, ...createTestTranscoder({ ...options, admit }) };
}

const ways: readonly [clause: string, admit: (value: Admitted) => ReturnType<Admit>][] = [
  ["at once", (value) => value],
  ["later", (value) => Promise.resolve(value)],
];

test.each(ways)("a call admitted %s gets what it was admitted with", async (_clause, admit) => {
  const over = vi.fn<Admitted["over"]>();
  const admitted: Admitted = { over };
  const { send, calls } = createTestTranscoder({ admit: () => admit(admitted) });
  await send("GET /v1/books/9");
  await send("GET /v1/shelves/7:watch");
  expect(calls.map(({ info }) => info.admitted)).toEqual([admitted, admitted]);
  // A call that was made tells itself how it ended.
  expect(over).not.toHaveBeenCalled();
});

test("it is asked with the method, the headers that pass and the deadline", async () => {
  const { send, admit } = admitting();
  await send("GET /v1/books/9", { header: { authorization: "t", cookie: "c", "grpc-timeout": "1S" } });
  const [method, info] = admit.mock.lastCall ?? [];
  expect(method?.name).toBe("GetBook");
  expect(info?.timeoutMs).toBe(1_000);
  expect([...(info?.header ?? [])]).toEqual([["authorization", "t"]]);
});

const unasked: readonly [clause: string, target: string, header: Record<string, string>, status: number][] = [
  ["no route", "GET /nope", {}, 404],
  ["another HTTP method", "PUT /v1/books/9", {}, 405],
  ["OPTIONS", "OPTIONS /v1/books/9", {}, 204],
  ["a timeout that is none", "GET /v1/books/9", { "grpc-timeout": "x" }, 400],
  ["no time left", "GET /v1/books/9", { "grpc-timeout": "0S" }, 504],
];

test.each(unasked)("it is not asked about %s", async (_clause, target, header, status) => {
  const { send, admit } = admitting();
  expect(await send(target, { header })).toMatchObject({ status });
  expect(admit).not.toHaveBeenCalled();
});

const refusals: readonly [clause: string, admit: Admit, status: number][] = [
  [
    "at once",
    () => {
      throw new ConnectError("who", Code.Unauthenticated);
    },
    401,
  ],
  ["later", () => Promise.reject(new ConnectError("busy", Code.ResourceExhausted)), 429],
  ["by a bug", () => Promise.reject(new TypeError("secret")), 500],
];

test.each(refusals)(
  "who is refused %s is answered, and the body stays unread (AIP-211)",
  async (_clause, admit, status) => {
    const { transcoder, calls } = createTestTranscoder({ admit });
    const read = vi.fn();
    const request = requestOf(async function* () {
      read();
      yield Buffer.from("not even JSON");
    });
    expect((await transcoder.handle(request)).status).toBe(status);
    expect(read).not.toHaveBeenCalled();
    expect(calls).toEqual([]);
  },
);

const noCalls: readonly [clause: string, target: string, init: object, code: Code][] = [
  ["a body that is no JSON", "POST /v1/everything", { body: "{" }, Code.InvalidArgument],
  [
    "a body that is too large",
    "POST /v1/everything",
    { body: `{"stringValue":"${"a".repeat(200)}"}` },
    Code.ResourceExhausted,
  ],
  [
    "a body in a coding that is not known",
    "POST /v1/everything",
    { body: "{}", header: { "content-encoding": "x" } },
    Code.InvalidArgument,
  ],
  ["a body where there is none", "GET /v1/books/9", { body: "{}" }, Code.InvalidArgument],
  ["a query that is wrong", "GET /v1/books/9?nope=1", {}, Code.InvalidArgument],
  [
    "an answer that the client does not take",
    "GET /v1/books/9",
    { header: { accept: "text/html" } },
    Code.InvalidArgument,
  ],
  [
    "a stream that the client does not take",
    "GET /v1/shelves/7:watch",
    { header: { accept: "text/html" } },
    Code.InvalidArgument,
  ],
  ["a query of a stream that is wrong", "GET /v1/shelves/7:watch?nope=1", {}, Code.InvalidArgument],
];

test.each(noCalls)("%s ends the admission, once, without a call", async (_clause, target, init, code) => {
  const { send, calls, over } = admitting({ limits: { maxBodyBytes: 100 } });
  expect((await send(target, init)).status).toBeGreaterThanOrEqual(400);
  expect(calls).toEqual([]);
  expect(over).toHaveBeenCalledTimes(1);
  expect(over.mock.lastCall?.[0]).toMatchObject({ code });
});

test("a client that leaves while its body is read ends the admission, once", async () => {
  const { transcoder, over } = admitting();
  const request = requestOf(async function* () {
    yield Buffer.from("{");
    throw new Error("the client closed the connection");
  });
  await transcoder.handle(request);
  expect(over).toHaveBeenCalledTimes(1);
});

test("an error of the call is the call's own", async () => {
  const over = vi.fn<Admitted["over"]>();
  const { send } = createTestTranscoder({
    admit: () => ({ over }),
    call: {
      unary: () => Promise.reject(new ConnectError("no", Code.NotFound)),
      serverStream: () => {
        throw new ConnectError("no", Code.NotFound);
      },
    },
  });
  expect((await send("GET /v1/books/9")).status).toBe(404);
  expect((await send("GET /v1/shelves/7:watch")).status).toBe(404);
  expect(over).not.toHaveBeenCalled();
});

function requestOf(body: () => AsyncGenerator<Uint8Array>): RestRequest {
  const { signal } = new AbortController();
  return { method: "POST", url: "/v1/everything", header: new Headers(), body: body(), signal };
}
