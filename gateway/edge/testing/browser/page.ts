/** The program of the page: calls the edge in every way that a browser can, and says what came of each. */
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import type { ProbeRequest } from "../probe.ts";

// TypeScript here knows Node alone; these are what a page has besides.
interface MessageEvents {
  readonly readyState: number;
  onmessage: (event: { readonly data: string }) => void;
  onerror: () => void;
  close(): void;
}
declare const document: { querySelector(selector: string): { textContent: string } };
declare const location: { readonly search: string };
declare const EventSource: new (url: string, init: { withCredentials: boolean }) => MessageEvents;
interface FetchedResource {
  readonly name: string;
  readonly nextHopProtocol: string;
}

interface CallOptions {
  readonly headers?: Record<string, string>;
  readonly timeoutMs?: number;
  readonly onHeader?: (headers: Headers) => void;
  readonly onTrailer?: (trailers: Headers) => void;
}
interface ProbeClient {
  echo(request: ProbeRequest, options?: CallOptions): Promise<{ readonly text: string }>;
  count(request: ProbeRequest, options?: CallOptions): AsyncIterable<{ readonly text: string }>;
}

const asked = new URLSearchParams(location.search);
const edge = asked.get("edge") ?? "";
const credentials = asked.get("credentials") === "include" ? "include" : "same-origin";
/** More than the edge takes at once in a body. */
const TOO_MANY_BYTES = 8_000_000;
const results: Record<string, unknown> = {};

await callByRpc();
await callByRest();
results["protocols"] = protocolsOf(edge);
const text = JSON.stringify(results);
document.querySelector("pre").textContent = text;
await fetch("/results", { method: "POST", body: text });

async function callByRpc(): Promise<void> {
  const files = fromBinary(FileDescriptorSetSchema, await bytesOf("/descriptors"));
  const service = createFileRegistry(files).getService("probe.v1.Probe");
  if (service === undefined) throw new Error("the descriptors have no service");
  const baseUrl = edge;
  const withCookies: typeof fetch = (input, init) => fetch(input, { ...init, credentials });
  const transports: Record<string, Transport> = {
    "Connect, JSON": createConnectTransport({ baseUrl, useBinaryFormat: false, fetch: withCookies }),
    "Connect, binary": createConnectTransport({ baseUrl, useBinaryFormat: true, fetch: withCookies }),
    "gRPC-Web": createGrpcWebTransport({ baseUrl, useBinaryFormat: true, fetch: withCookies }),
  };
  for (const [name, transport] of Object.entries(transports)) {
    const client = createClient(service, transport) as unknown as ProbeClient;
    await note(`${name}: unary`, () => callWithMetadata(client));
    await note(`${name}: error`, () => refused(() => client.echo({ failCode: Code.FailedPrecondition })));
    await note(`${name}: deadline`, () => refused(() => client.echo({ waitMs: -1 }, { timeoutMs: 300 })));
    await note(`${name}: stream`, () => collect(client.count({ to: 3 })));
    await note(`${name}: stream that fails`, () =>
      refused(() => collect(client.count({ to: 1, failCode: Code.Aborted }))),
    );
  }
}

async function callByRest(): Promise<void> {
  const json = { "content-type": "application/json", authorization: "Bearer a.b.c" };
  const post = (body: unknown) =>
    fetch(`${edge}/v1/echo`, { method: "POST", headers: json, body: JSON.stringify(body), credentials });
  await note("REST: POST", async () => (await post({ text: "olá" })).json());
  await note("REST: GET", async () => (await fetch(`${edge}/v1/echo?text=a`, { credentials })).json());
  await note("REST: error", async () => (await post({ failCode: Code.FailedPrecondition })).json());
  await note("REST: metadata", async () => (await post({ text: "a" })).headers.get("x-probe-header"));
  await note("REST: not found", async () => (await fetch(`${edge}/v1/nothing`, { credentials })).status);
  await note("REST: wrong method", async () => (await fetch(`${edge}/v1/echo`, { method: "PUT", credentials })).status);
  await note("REST: too large", async () => (await post({ text: "x".repeat(TOO_MANY_BYTES) })).status);
  await note("REST: large answer", async () => {
    const answer = await fetch(`${edge}/v1/count?to=1&bytes=200000`, { credentials });
    return (await answer.text()).length > 200_000;
  });
  await note("REST: NDJSON", async () => {
    const answer = await fetch(`${edge}/v1/count?to=3`, { headers: { accept: "application/x-ndjson" }, credentials });
    return (await answer.text()).trimEnd().split("\n").map(resultIn);
  });
  await note("REST: EventSource", () => eventsOf(`${edge}/v1/count?to=3`, 3));
  await note("REST: left", async () => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const answer = await fetch(`${edge}/v1/count?to=1000000&bytes=10000`, { credentials, signal });
    await answer.body?.getReader().read();
    leaving.abort();
    return "left";
  });
}

async function note(name: string, call: () => Promise<unknown>): Promise<void> {
  results[name] = await call().catch((error: unknown) => ({ failed: String(error) }));
}

async function callWithMetadata(client: ProbeClient): Promise<unknown> {
  let header: string | null | undefined;
  let trailer: string | null | undefined;
  const answer = await client.echo(
    { text: "olá" },
    {
      headers: { authorization: "Bearer a.b.c", "x-given": "g" },
      timeoutMs: 20_000,
      onHeader: (headers) => {
        header = headers.get("x-probe-header");
      },
      onTrailer: (trailers) => {
        trailer = trailers.get("x-probe-trailer");
      },
    },
  );
  return { text: answer.text, header, trailer };
}

async function refused(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { answered: await call() };
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const details = error.details.map((detail) => {
      if (!("type" in detail)) return "not as it came";
      return `${detail.type} ${new TextDecoder().decode(detail.value).replace(/[^ -~]/g, " ")}`;
    });
    return { code: error.code, message: error.rawMessage, details };
  }
}

async function collect(answers: AsyncIterable<{ readonly text: string }>): Promise<string[]> {
  const texts: string[] = [];
  for await (const answer of answers) texts.push(answer.text);
  return texts;
}

function resultIn(line: string): unknown {
  return (JSON.parse(line) as { result?: { text?: unknown } }).result?.text;
}

function eventsOf(url: string, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const source = new EventSource(url, { withCredentials: credentials === "include" });
    const texts: string[] = [];
    source.onmessage = ({ data }) => {
      texts.push((JSON.parse(data) as { text: string }).text);
      if (texts.length < count) return;
      source.close();
      resolve(texts);
    };
    source.onerror = () => {
      source.close();
      reject(new Error(`the source failed after ${texts.length} events`));
    };
  });
}

async function bytesOf(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

/** Protocols by ALPN that answers of the edge came by; a browser tells where the answer allows it to be timed. */
function protocolsOf(origin: string): string[] {
  const resources = performance.getEntriesByType("resource") as unknown as FetchedResource[];
  const known = resources.filter(({ name, nextHopProtocol }) => name.startsWith(origin) && nextHopProtocol !== "");
  return [...new Set(known.map(({ nextHopProtocol }) => nextHopProtocol))];
}
