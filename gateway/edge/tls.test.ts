/** One port under TLS: HTTP/1.1 and HTTP/2 by ALPN, every protocol over it, and peers that speak no TLS. */
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect as connectTcp } from "node:net";
import { text } from "node:stream/consumers";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { create, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { Code, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { credentials, Client as GrpcClient } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { makeCertificate, type TestCertificate } from "./testing/certificate.ts";
import { type ProbedEdge, type ProbeRequest, startProbedEdge } from "./testing/probe.ts";

interface ProbeClient {
  echo(request: ProbeRequest): Promise<{ readonly text: string }>;
  count(request: ProbeRequest): AsyncIterable<{ readonly text: string }>;
}

let certificate: TestCertificate;
let edge: ProbedEdge;
beforeAll(async () => {
  certificate = await makeCertificate();
  edge = await startProbedEdge(certificate.args);
});
afterAll(async () => {
  await edge.stop();
  certificate.remove();
});

const probeOf = (transport: Transport, { client } = edge) => client(transport) as unknown as ProbeClient;

describe("REST", () => {
  it("over HTTP/1.1", async () => {
    expect(edge.url).toMatch(/^https:/);
    await expect(getByHttp1(edge)).resolves.toMatchObject({ version: "1.1", status: 200, json: { text: "a" } });
  });

  it("over HTTP/2", async () => {
    const session = connectHttp2(edge.url, { ca: certificate.ca });
    onTestFinished(() => session.destroy());
    const stream = session.request({ ":path": "/v1/echo?text=a" });
    const [headers] = await once(stream, "response");
    expect(session.alpnProtocol).toBe("h2");
    expect(headers[":status"]).toBe(200);
    expect(JSON.parse(await text(stream))).toMatchObject({ text: "a" });
  });
});

describe("ALPN", () => {
  it.each([
    ["h2 before HTTP/1.1, whatever the client's order", ["http/1.1", "h2"], "h2"],
    ["HTTP/1.1 alone", ["http/1.1"], "http/1.1"],
    ["nothing, to a client that asks for nothing", undefined, false],
  ])("agrees on %s", async (_name, protocols, agreed) => {
    const socket = connectTls({ ...target(), ...(protocols === undefined ? {} : { ALPNProtocols: protocols }) });
    onTestFinished(() => void socket.destroy());
    await once(socket, "secureConnect");
    expect(socket.alpnProtocol).toBe(agreed);
  });

  it("answers a client that asks for nothing in HTTP/1.1", async () => {
    const socket = connectTls(target());
    onTestFinished(() => void socket.destroy());
    socket.write("GET /v1/echo?text=a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("refuses a client that asks for what is not served", async () => {
    await expect(handshake({ ALPNProtocols: ["spdy/3"] })).rejects.toThrow(/no application protocol/i);
  });
});

describe("RPC", () => {
  it("of gRPC by grpc-js, unary and stream", async () => {
    const client = new GrpcClient(`127.0.0.1:${edge.port}`, credentials.createSsl(certificate.ca));
    onTestFinished(() => client.close());
    const { echo, count } = edge.service.method;
    if (echo === undefined || count === undefined) throw new Error("the probe has no such methods");
    const encode = (desc: typeof echo.input) => (init: ProbeRequest) =>
      Buffer.from(toBinary(desc, create(desc, { ...init })));
    const decode = (desc: typeof echo.output) => (bytes: Buffer) => fromBinary(desc, bytes);
    const answer = new Promise<MessageShape<typeof echo.output> | undefined>((resolve, reject) =>
      client.makeUnaryRequest(
        "/probe.v1.Probe/Echo",
        encode(echo.input),
        decode(echo.output),
        { text: "olá" },
        (error, message) => (error === null ? resolve(message) : reject(error)),
      ),
    );
    await expect(answer).resolves.toMatchObject({ text: "olá" });
    const stream = client.makeServerStreamRequest("/probe.v1.Probe/Count", encode(count.input), decode(count.output), {
      to: 3,
    });
    await expect(collect(stream)).resolves.toMatchObject([{ text: "1" }, { text: "2" }, { text: "3" }]);
  });

  const transports: [string, (baseUrl: string, nodeOptions: ConnectionOptions) => Transport][] = [
    ["gRPC", (baseUrl, nodeOptions) => createGrpcTransport({ baseUrl, nodeOptions })],
    [
      "gRPC-Web over HTTP/1.1",
      (baseUrl, nodeOptions) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1", nodeOptions }),
    ],
    [
      "gRPC-Web over HTTP/2",
      (baseUrl, nodeOptions) => createGrpcWebTransport({ baseUrl, httpVersion: "2", nodeOptions }),
    ],
    [
      "Connect over HTTP/1.1",
      (baseUrl, nodeOptions) => createConnectTransport({ baseUrl, httpVersion: "1.1", nodeOptions }),
    ],
    [
      "Connect over HTTP/2",
      (baseUrl, nodeOptions) => createConnectTransport({ baseUrl, httpVersion: "2", nodeOptions }),
    ],
  ];
  it.each(transports)("of %s by connect-node", async (_name, transport) => {
    const client = probeOf(transport(edge.url, { ca: certificate.ca }));
    await expect(client.echo({ text: "olá" })).resolves.toMatchObject({ text: "olá" });
    await expect(collect(client.count({ to: 2 }))).resolves.toMatchObject([{ text: "1" }, { text: "2" }]);
  });
});

describe("a peer", () => {
  it("gets no TLS before 1.2", async () => {
    // Level 0 lets this client offer what OpenSSL has given up.
    const old: ConnectionOptions = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
    await expect(handshake(old)).rejects.toThrow(/protocol version/);
    await expect(handshake({ maxVersion: "TLSv1.2" })).resolves.toBe("TLSv1.2");
    await expect(handshake({})).resolves.toBe("TLSv1.3");
  });

  it.each([
    ["speaks cleartext HTTP/1.1", "GET /v1/echo HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["speaks cleartext HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["speaks nonsense", "\x16\x03\x01\xff\xff\x00\x00"],
    ["leaves in its handshake", undefined],
  ])("that %s is dropped, and the others are served", async (_name, bytes) => {
    const socket = connectTcp(edge.port, "127.0.0.1");
    await once(socket, "connect");
    // It may be answered by an alert of TLS, or by a reset.
    const closed = new Promise((done) => socket.once("close", done));
    socket.on("error", () => {});
    socket.resume();
    if (bytes === undefined) socket.resetAndDestroy();
    else socket.write(bytes, "latin1");
    await closed;
    await expect(getByHttp1(edge)).resolves.toMatchObject({ status: 200 });
  });
});

describe("the server behind, over TLS", () => {
  it("is called when its authority is trusted", async () => {
    const before = await startProbedEdge(["--upstream-ca", certificate.caFile], certificate);
    onTestFinished(() => before.stop());
    const client = probeOf(createGrpcTransport({ baseUrl: before.url }), before);
    await expect(client.echo({ text: "olá" })).resolves.toMatchObject({ text: "olá" });
    await expect(collect(client.count({ to: 2 }))).resolves.toHaveLength(2);
  });

  it.each([
    ["its authority is not trusted", () => []],
    ["its certificate is another's", () => ["--upstream-ca", certificate.caFile, "--upstream-name", "other.example"]],
  ])("is out of reach when %s", async (_name, args) => {
    const before = await startProbedEdge(args(), certificate);
    onTestFinished(() => before.stop());
    const client = probeOf(createGrpcTransport({ baseUrl: before.url }), before);
    await expect(client.echo({ text: "a" })).rejects.toMatchObject({ code: Code.Unavailable });
    expect(before.seen).toEqual([]);
  });
});

function target(): ConnectionOptions {
  return { host: "127.0.0.1", port: edge.port, ca: certificate.ca };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The version of TLS that is agreed on. */
async function handshake(options: ConnectionOptions): Promise<string | null> {
  const socket = connectTls({ ...target(), ...options });
  try {
    await once(socket, "secureConnect");
    return socket.getProtocol();
  } finally {
    socket.destroy();
  }
}

async function getByHttp1({
  port,
}: ProbedEdge): Promise<{ version: string; status: number | undefined; json: unknown }> {
  const request = httpsRequest({ host: "127.0.0.1", port, path: "/v1/echo?text=a", ca: certificate.ca, agent: false });
  request.end();
  const [response] = await once(request, "response");
  return { version: response.httpVersion, status: response.statusCode, json: JSON.parse(await text(response)) };
}
