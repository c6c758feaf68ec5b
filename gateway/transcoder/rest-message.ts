/** HTTP requests and responses as the transcoder sees them, whatever server carries them. */

/** Headers, however a server keeps them. WHATWG Headers are one. */
export interface HeaderReader {
  /** The value, several joined by ", "; null for none. The name in lower case. */
  get(name: string): string | null;
  [Symbol.iterator](): Iterator<[string, string]>;
}

/** Headers of an answer. WHATWG Headers are one; names are given in lower case. */
export interface ReplyHeader extends HeaderReader {
  has(name: string): boolean;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
}

/** A request. */
export interface RestRequest {
  /** In capitals, as on the wire. */
  readonly method: string;
  /** Version that carries it, where the adapter tells. */
  readonly httpVersion?: "1.1" | "2";
  /** Path and query, percent-encoded and not normalised: `/v1/accounts/7?view=FULL`. */
  readonly url: string;
  readonly header: HeaderReader;
  /** Absent when the request surely has none. It is read at most once, and left unread when the answer is known before. */
  readonly body?: RestBody | undefined;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** A body: any iterable of its chunks will do. */
export interface RestBody extends AsyncIterable<Uint8Array> {
  /** The whole body in one piece, where the server has a quicker way to it; undefined as soon as it is larger. */
  readonly collect?: (maxBytes: number) => Promise<Buffer | undefined>;
}

/** A response. */
export interface RestResponse {
  readonly status: number;
  readonly header: ReplyHeader;
  /**
   * Bytes, or a stream for as long as the call lasts. A stream does work only when `next` is called; whoever stops
   * before its end must call `return`, which aborts the call. Undefined for HEAD and 204.
   */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** Sent after the body where the server can; complete only then. */
  readonly trailer?: ReplyHeader | undefined;
}
