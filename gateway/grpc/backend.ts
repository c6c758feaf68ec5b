/** What answers calls, in bytes: a peer over gRPC, or something that stands before one. */
import type { ConnectError } from "@connectrpc/connect";
import type { HeaderField } from "../http2/index.ts";

/** A call to a backend. */
export interface BackendCall {
  /** "/package.Service/Method". */
  readonly path: string;
  readonly metadata: readonly HeaderField[];
  /** Time the call may take, in milliseconds; undefined for no limit. */
  readonly timeoutMs: number | undefined;
  /** Whether the peer is told of it; else it is kept here alone. */
  readonly tellsTimeout?: boolean;
  /** Aborts the call. Its reason goes to whoever waits, if it is a ConnectError. */
  readonly signal: AbortSignal;
}

/** The answer of a unary call that went well. */
export interface UnaryAnswer {
  readonly header: readonly HeaderField[];
  /** The message in its envelope; an empty one when the peer sent none. */
  readonly envelope: Uint8Array;
  readonly trailer: readonly HeaderField[];
}

/** Hears what a peer answers to a call of a stream. */
export interface RelayListener {
  onHeader(header: readonly HeaderField[]): void;
  /** Bytes of envelopes, cut anywhere. Credit is given back by {@link Relay.consume} alone. */
  onData(chunk: Uint8Array): void;
  /** Room again after {@link Relay.write} returned false. */
  onDrain(): void;
  /** Once, at the end: the trailers, and the error if it ended with one. */
  onEnd(trailer: readonly HeaderField[], error: ConnectError | undefined): void;
}

/** A call of a stream under way. */
export interface Relay {
  /** Sends bytes of envelopes. False when enough waits: go on at onDrain. */
  write(chunk: Uint8Array): boolean;
  /** Nothing more is sent. */
  end(): void;
  consume(bytes: number): void;
}

/** Answers calls. */
export interface Backend {
  /** Sends one message in its envelope. Rejects with a ConnectError alone. */
  unary(call: BackendCall, envelope: Uint8Array): Promise<UnaryAnswer>;
  /** Starts a stream. Never throws: what goes wrong comes by onEnd. */
  relay(call: BackendCall, listener: RelayListener): Relay;
  close(): void;
}
