/** Metadata of a call as header fields, and what of it belongs to the protocol. */
import type { HeaderField } from "../http2/index.ts";

/** Headers of a request, however they are kept. */
export interface HeaderReader {
  /** The value, several joined by ", "; null when there is none. The name in lower case. */
  get(name: string): string | null;
  [Symbol.iterator](): Iterator<[string, string]>;
}

/** Names that speak of one hop or of the encoding of one protocol, so they never pass as metadata. */
const PROTOCOL_NAMES = new Set([
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
  "x-grpc-web",
  "x-user-agent",
]);
const PROTOCOL_PREFIXES = [":", "connect-", "access-control-", "sec-"];

/** Whether a header is metadata that an application gave. */
export function isMetadata(name: string): boolean {
  return !PROTOCOL_NAMES.has(name) && !PROTOCOL_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** Value of the first field of the name. */
export function fieldOf(fields: readonly HeaderField[], name: string): string | undefined {
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index];
    if (field !== undefined && field[0] === name) {
      return field[1];
    }
  }
  return undefined;
}

/** Reads fields like Headers. */
export function readerOf(fields: readonly HeaderField[]): HeaderReader {
  return {
    get(name) {
      let joined: string | null = null;
      for (const [key, value] of fields) {
        if (key === name) {
          joined = joined === null ? value : `${joined}, ${value}`;
        }
      }
      return joined;
    },
    *[Symbol.iterator]() {
      for (const [name, value] of fields) {
        if (!name.startsWith(":")) {
          yield [name, value] as [string, string];
        }
      }
    },
  };
}

/** Fields as Headers, less pseudo-headers. */
export function headersOf(fields: readonly HeaderField[]): Headers {
  const headers = new Headers();
  for (const [name, value] of fields) {
    if (!name.startsWith(":")) {
      headers.append(name, value);
    }
  }
  return headers;
}

/** Headers as fields. */
export function fieldsOf(headers: Headers): HeaderField[] {
  return [...headers];
}
