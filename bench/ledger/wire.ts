/** Ways to speak gRPC with a service of the mesh, in bytes: a thin one on node:http2, and grpc-js. */
import type { TlsFiles } from "#platform/rpc/tls.ts";

/** A connection to one service. */
export interface Wire {
  /** Calls a unary method. `done` hears the answer, or why there is none. */
  call(
    method: string,
    request: Buffer,
    timeoutSeconds: number,
    done: (error: WireError | undefined, answer: Buffer) => void,
  ): void;
  /** Opens a stream both ways. `ended` hears why it ended; undefined when all went well. */
  open(
    method: string,
    timeoutSeconds: number,
    hear: (answer: Buffer) => void,
    ended: (error: WireError | undefined) => void,
  ): WireStream;
  /** Whether calls may still succeed on it. */
  isOpen(): boolean;
  close(): void;
}

/** A stream both ways. */
export interface WireStream {
  write(request: Buffer): void;
  /** No more requests follow. */
  end(): void;
}

/** A call failed. */
export class WireError extends Error {
  override readonly name = "WireError";
  /** gRPC status code. */
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Which one. */
export type WireKind = "http2" | "grpc-js";

/** What a connection is made of. */
export interface WireOptions {
  /** "host:port" */
  readonly address: string;
  readonly tls: TlsFiles;
  /** Whom calls are made for. */
  readonly tenant: string;
}

/** gRPC status codes that are looked for (grpc/status codes). */
export const RESOURCE_EXHAUSTED = 8;
export const UNIMPLEMENTED = 12;
export const UNAVAILABLE = 14;
export const UNKNOWN = 2;

/** Room for answers on one connection before the other end must wait, in bytes: several full batches. */
export const WINDOW_BYTES = 16 * 1024 * 1024;

/** The service that is loaded, as its certificate and its methods' paths say. */
export const PEER = "ledger";
export const SERVICE_PATH = "/malla.ledger.v1.LedgerService/";

/** What the edge would assert for a caller of the ledger. */
export function meshMetadata(tenant: string): Record<string, string> {
  return {
    "malla-tenant": tenant,
    "malla-principal": "bench",
    "malla-scopes": "ledger.read ledger.write",
  };
}
