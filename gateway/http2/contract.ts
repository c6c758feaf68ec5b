/** What callers of the engine see: streams, connections, and what they are told. */

/** Name and value as on the wire; names are lower case. Values are latin1 strings: one char, one byte. Pseudo-headers first. */
export type HeaderField = readonly [name: string, value: string];

/** Why a stream ended before its time. */
export interface StreamReset {
  /** Error code (RFC 9113, 7). 0 after the peer's message was complete: it wants no more of ours. */
  readonly code: number;
  /** The peer surely did not look at the stream: refused, above GOAWAY's last id, or never sent. Safe to send again. */
  readonly unprocessed: boolean;
  readonly message: string;
}

/** Told what the peer sends on a stream. What a listener throws resets its stream with INTERNAL_ERROR. */
export interface StreamListener {
  /** The first header section of the peer's message: for a client, the response. 1xx are skipped. A server has it from `onStream`. */
  onHeaders(headers: readonly HeaderField[], endStream: boolean): void;
  /** A piece of the body, the receiver's to keep; it may be empty when `endStream`. Credit goes back by `consume` alone. */
  onData(chunk: Buffer, endStream: boolean): void;
  /** The trailing section; the peer's message is over. */
  onTrailers(headers: readonly HeaderField[]): void;
  /** The stream died before its regular end. Called once, nothing after. */
  onReset(reset: StreamReset): void;
  /** Room again after `sendData` returned false. */
  onDrain(): void;
}

/** One request and its response. On a stream that has died every method does nothing. */
export interface Http2Stream {
  readonly id: number;
  listener: StreamListener;
  /** Sends the first section, a 1xx, or, after it, the trailing one (with `endStream`). Throws TypeError on what may not be sent. */
  sendHeaders(headers: readonly HeaderField[], endStream: boolean): void;
  /** Sends a piece of the body, which must not be changed any more. False when much waits for the peer; onDrain follows. */
  sendData(chunk: Uint8Array, endStream: boolean): boolean;
  /** Gives credit back for data taken. */
  consume(bytes: number): void;
  /** Ends the stream from our side with an error code; the listener hears nothing more. */
  reset(code: number): void;
}

/** The peer opens no more streams, or takes no more. */
export interface Goaway {
  /** Streams of ours above this were not looked at. */
  readonly lastStreamId: number;
  readonly code: number;
  readonly debug: string;
}

export interface Http2Connection {
  /**
   * Client only: a new stream with its request. Undefined when none may be opened now: all the peer allows are open
   * (`onCapacity` follows), or the connection is no longer usable.
   */
  open(headers: readonly HeaderField[], endStream: boolean, listener: StreamListener): Http2Stream | undefined;
  /** Open now. */
  readonly streams: number;
  /** What the peer allows us to open at a time. */
  readonly maxStreams: number;
  /** `open` may succeed, now or later. */
  readonly isUsable: boolean;
  /** Round trip in milliseconds. Rejects when the connection ends first. */
  ping(): Promise<number>;
  /** Takes no new streams, finishes those under way, ends the socket (RFC 9113, 6.8). */
  close(): void;
  /** Ends at once: with GOAWAY if the socket still takes it. Streams are told. */
  destroy(error?: Error): void;
}
