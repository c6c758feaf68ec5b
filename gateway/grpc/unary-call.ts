/** One message to a server, one back. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { HeaderField, Http2Stream, StreamListener, StreamReset } from "../http2/index.ts";
import type { BackendCall, UnaryAnswer } from "./backend.ts";
import { deadlinePassed, errorOfAbort, errorOfHeader, errorOfReset, requestFields } from "./call-fields.ts";
import type { Channel } from "./channel.ts";
import { ENVELOPE_BYTES, EnvelopeReader, enclose } from "./envelope.ts";
import { callError, errorOfTrailers, keepHeader } from "./status.ts";

/** Tries of one call while peers surely have not looked at it (gRPC, "transparent retries"). */
const MAX_TRIES = 3;
const CANCEL = 8;
const NOTHING = enclose(new Uint8Array());

/** Sends an envelope and waits for the one that answers. */
export async function callUnary(
  channel: Channel,
  call: BackendCall,
  envelope: Uint8Array,
  maxBytes: number,
): Promise<UnaryAnswer> {
  const deadlineMs = call.timeoutMs === undefined ? undefined : performance.now() + call.timeoutMs;
  for (let tries = 1; ; tries++) {
    const left = deadlineMs === undefined ? undefined : deadlineMs - performance.now();
    if (left !== undefined && left <= 0) {
      throw deadlinePassed();
    }
    const { promise, resolve, reject } = Promise.withResolvers<UnaryAnswer>();
    const exchange = new UnaryExchange(call.signal, maxBytes, resolve, reject);
    const stream = channel.open(requestFields({ ...call, timeoutMs: left }, channel.target), exchange);
    if (stream === undefined) {
      await channel.whenReady(left === undefined ? call.signal : AbortSignal.any([call.signal, deadlineSignal(left)]));
      tries--;
      continue;
    }
    exchange.begin(stream, left);
    stream.sendData(envelope, true);
    try {
      return await promise;
    } catch (error) {
      if (tries >= MAX_TRIES || !exchange.isUnprocessed) {
        throw error;
      }
    }
  }
}

function deadlineSignal(ms: number): AbortSignal {
  const abort = new AbortController();
  setTimeout(() => abort.abort(deadlinePassed()), ms).unref();
  return abort.signal;
}

class UnaryExchange implements StreamListener {
  readonly #signal: AbortSignal;
  readonly #maxBytes: number;
  readonly #resolve: (answer: UnaryAnswer) => void;
  readonly #reject: (error: ConnectError) => void;
  #stream: Http2Stream | undefined;
  #timer: NodeJS.Timeout | undefined;
  #header: readonly HeaderField[] = [];
  #reader: EnvelopeReader | undefined;
  /** The message, once it is whole. */
  #envelope: Uint8Array | undefined;
  isUnprocessed = false;

  constructor(
    signal: AbortSignal,
    maxBytes: number,
    resolve: (answer: UnaryAnswer) => void,
    reject: (error: ConnectError) => void,
  ) {
    this.#signal = signal;
    this.#maxBytes = maxBytes;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(stream: Http2Stream, timeoutMs: number | undefined): void {
    this.#stream = stream;
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(() => this.#cancel(deadlinePassed()), timeoutMs);
    }
    this.#signal.addEventListener("abort", this.#aborted, { once: true });
    if (this.#signal.aborted) {
      this.#aborted();
    }
  }

  onHeaders(header: readonly HeaderField[], endStream: boolean): void {
    this.#header = header;
    if (endStream) {
      this.#finish(header);
      return;
    }
    const error = errorOfHeader(header);
    if (error !== undefined) {
      this.#cancel(error);
    }
  }

  onData(chunk: Buffer, endStream: boolean): void {
    this.#stream?.consume(chunk.length);
    try {
      this.#take(chunk);
    } catch (error) {
      this.#cancel(callError(error));
      return;
    }
    if (endStream) {
      this.#finish([]);
    }
  }

  /** Most answers are one piece, and need no reader. */
  #take(chunk: Buffer): void {
    if (this.#reader === undefined && this.#envelope === undefined && chunk.length >= ENVELOPE_BYTES) {
      if (chunk.readUInt32BE(1) + ENVELOPE_BYTES === chunk.length && chunk.length <= this.#maxBytes) {
        this.#envelope = chunk;
        return;
      }
    }
    this.#reader ??= new EnvelopeReader(this.#maxBytes);
    this.#reader.push(chunk);
    for (let next = this.#reader.next(); next !== undefined; next = this.#reader.next()) {
      if (this.#envelope !== undefined) {
        throw new ConnectError("the backend answered a unary call with two messages", Code.Internal);
      }
      this.#envelope = next;
    }
  }

  onTrailers(trailer: readonly HeaderField[]): void {
    this.#finish(trailer);
  }

  onReset(reset: StreamReset): void {
    this.isUnprocessed = reset.unprocessed;
    this.#settle();
    this.#reject(errorOfReset(reset));
  }

  onDrain(): void {}

  #finish(trailer: readonly HeaderField[]): void {
    this.#settle();
    const error = (trailer === this.#header ? errorOfHeader(trailer) : undefined) ?? errorOfTrailers(trailer);
    if (error !== undefined) {
      this.#reject(trailer === this.#header ? error : keepHeader(error, this.#header));
    } else if (this.#reader?.isAtBoundary === false) {
      this.#reject(new ConnectError("the backend's message is cut short", Code.Internal));
    } else {
      this.#resolve({ header: this.#header, envelope: this.#envelope ?? NOTHING, trailer });
    }
  }

  readonly #aborted = () => this.#cancel(errorOfAbort(this.#signal));

  #cancel(error: ConnectError): void {
    this.#settle();
    this.#stream?.reset(CANCEL);
    this.#reject(error);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#aborted);
  }
}
