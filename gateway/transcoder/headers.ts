/** Which headers pass, and what the transcoder itself reads from them. */
import { refusalOf } from "./refusal.ts";
import type { HeaderReader, ReplyHeader } from "./rest-message.ts";

/** Names that speak of one hop, of one protocol or of how a body is written: whatever a list says, they never pass. */
const ownNames: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-message",
  "grpc-status",
  "grpc-status-details-bin",
  "grpc-timeout",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
]);
const ownPrefixes = [":", "access-control-", "connect-", "sec-"];

/** A request header with this prefix is metadata of the name behind it, as grpc-gateway has it. */
const metadataPrefix = "grpc-metadata-";
// RFC 9110, 5.5, and the Latin-1 that Node writes.
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Which names are allowed. */
export interface HeaderFilter {
  readonly passes: (name: string) => boolean;
  /** All that pass, each with its name as metadata, where no pattern stands for names that are not known. */
  readonly names: readonly (readonly [name: string, asMetadata: string])[] | undefined;
}

/** Makes a filter of names and of prefixes such as `x-*`. */
export function allowHeaders(patterns: readonly string[]): HeaderFilter {
  const lower = patterns.map((pattern) => pattern.toLowerCase());
  // "Grpc-Metadata-" alone leaves no name.
  const isOwn = (name: string) =>
    name === "" || ownNames.has(name) || ownPrefixes.some((prefix) => name.startsWith(prefix));
  const names = new Set(lower.filter((pattern) => !pattern.endsWith("*") && !isOwn(pattern)));
  const prefixes = lower.filter((pattern) => pattern.endsWith("*")).map((pattern) => pattern.slice(0, -1));
  return {
    passes: (name) => names.has(name) || (prefixes.some((prefix) => name.startsWith(prefix)) && !isOwn(name)),
    names: prefixes.length === 0 ? [...names].map((name) => [name, metadataPrefix + name]) : undefined,
  };
}

const noHeaders = new Headers();

/** The request headers that pass; not to be changed. */
export function pickRequestHeaders(from: HeaderReader, { passes, names }: HeaderFilter): Headers {
  let into: Headers | undefined;
  const take = (name: string, value: string | null) => {
    if (value === null) return;
    into ??= new Headers();
    into.append(name, value);
  };
  if (names === undefined) {
    for (const [key, value] of from) {
      const name = key.startsWith(metadataPrefix) ? key.slice(metadataPrefix.length) : key;
      if (passes(name)) take(name, value);
    }
  } else {
    for (const [name, asMetadata] of names) {
      take(name, from.get(name));
      take(name, from.get(asMetadata));
    }
  }
  return into ?? noHeaders;
}

/** Copies the headers or trailers of a call that pass. A value that HTTP cannot carry is left out and reported. */
export function pickHeaders(
  from: Headers,
  { passes, names }: HeaderFilter,
  into: ReplyHeader,
  report: (slip: unknown) => void = () => {},
): ReplyHeader {
  if (names?.length === 0) return into;
  for (const [name, value] of from) {
    if (!passes(name)) continue;
    if (headerValue.test(value)) into.append(name, value);
    else report(new Error(`the value of the header ${name} cannot be sent`));
  }
  return into;
}

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/**
 * The time the client gives the call, in whole milliseconds, rounded up: the shortest of Grpc-Timeout (gRPC over
 * HTTP/2: at most eight digits and a unit), X-Request-Timeout and X-Server-Timeout (seconds, decimal), and
 * Connect-Timeout-Ms (Connect protocol: at most ten digits).
 *
 * @throws Refusal TIMEOUT_INVALID
 */
export function readTimeoutMs(header: HeaderReader): number | undefined {
  const limits: number[] = [];
  const read = (name: string, pattern: RegExp, toMs: (...parts: string[]) => number, expected: string) => {
    const text = header.get(name);
    if (text === null) return;
    const [whole, ...parts] = pattern.exec(text) ?? [];
    if (whole === undefined) throw refusalOf("TIMEOUT_INVALID", name, `expected ${expected}`);
    limits.push(toMs(...parts));
  };
  const ofUnit = (digits = "", unit = "") => Number(digits) * (unitMs[unit] ?? 0);
  const ofSeconds = (seconds = "") => Number(seconds) * 1000;
  const seconds = /^(\d{1,9}(?:\.\d{1,9})?)$/;
  read("grpc-timeout", /^(\d{1,8})([HMSmun])$/, ofUnit, "a timeout such as 500m or 2S");
  read("x-request-timeout", seconds, ofSeconds, "seconds such as 2 or 0.5");
  read("x-server-timeout", seconds, ofSeconds, "seconds such as 2 or 0.5");
  read("connect-timeout-ms", /^(\d{1,10})$/, (ms = "") => Number(ms), "milliseconds such as 500");
  return limits.length === 0 ? undefined : Math.ceil(Math.min(...limits));
}
