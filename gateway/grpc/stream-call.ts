/** Messages to a server and back, passed on as they come. */
import type { ConnectError } from "@connectrpc/connect";
import type { HeaderField, Http2Stream, StreamListener, StreamReset } from "../http2/index.ts";
import type { BackendCall, Relay, RelayListener } from "./backend.ts";
import { deadlinePassed, errorOfAbort, errorOfHeader, errorOfReset, requestFields } from "./call-fields.ts";
import type { Channel } from "./channel.ts";
import { callError, errorOfTrailers } from "./status.ts";

const CANCEL = 8;
const NO_BYTES = new Uint8Array();

/** Starts a stream as soon as there is a connection. */
export function callStream(channel: Channel, call: BackendCall, listener: RelayListener): Relay {
  const exchange = new StreamExchange(channel, call, listener);
  exchange.start();
  return exchange;
}

class StreamExchange implements StreamListener, Relay {
  readonly #channel: Channel;
  readonly #call: BackendCall;
  readonly #listener: RelayListener;
  readonly #waiting = new AbortController();
  #stream: Http2Stream | undefined;
  /** What was written before there was a stream. */
  #early: Uint8Array[] = [];
  #isEndWritten = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;
  #header: readonly HeaderField[] = [];

  constructor(channel: Channel, call: BackendCall, listener: RelayListener) {
    this.#channel = channel;
    this.#call = call;
    this.#listener = listener;
  }

  start(): void {
    const { signal, timeoutMs } = this.#call;
    signal.addEventListener("abort", this.#aborted, { once: true });
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(() => this.#fail(deadlinePassed()), timeoutMs);
    }
    if (signal.aborted) {
      queueMicrotask(this.#aborted);
    } else if (!this.#open()) {
      this.#openLater();
    }
  }

  #open(): boolean {
    const stream = this.#channel.open(requestFields(this.#call, this.#channel.target), this);
    this.#stream = stream;
    return stream !== undefined;
  }

  #openLater(): void {
    const opened = async () => {
      while (!this.#isOver) {
        await this.#channel.whenReady(this.#waiting.signal);
        if (!this.#isOver && this.#open()) {
          this.#sendEarly();
          return;
        }
      }
    };
    opened().catch((error: unknown) => this.#fail(callError(error)));
  }

  #sendEarly(): void {
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) {
      this.#stream?.sendData(chunk, false);
    }
    if (this.#isEndWritten) {
      this.#stream?.sendData(NO_BYTES, true);
    }
    this.#listener.onDrain();
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isOver) {
      return true;
    }
    if (this.#stream === undefined) {
      this.#early.push(chunk);
      return false;
    }
    return this.#stream.sendData(chunk, false);
  }

  end(): void {
    if (!this.#isOver && !this.#isEndWritten) {
      this.#isEndWritten = true;
      this.#stream?.sendData(NO_BYTES, true);
    }
  }

  consume(bytes: number): void {
    if (!this.#isOver) {
      this.#stream?.consume(bytes);
    }
  }

  onHeaders(header: readonly HeaderField[], endStream: boolean): void {
    this.#header = header;
    const error = errorOfHeader(header);
    if (endStream) {
      this.#finish(header, error ?? errorOfTrailers(header));
    } else if (error !== undefined) {
      this.#fail(error);
    } else {
      this.#listener.onHeader(header);
    }
  }

  onData(chunk: Buffer, endStream: boolean): void {
    if (chunk.length > 0) {
      this.#listener.onData(chunk);
    }
    if (endStream && !this.#isOver) {
      this.#finish([], errorOfTrailers([]));
    }
  }

  onTrailers(trailer: readonly HeaderField[]): void {
    this.#finish(trailer, errorOfTrailers(trailer));
  }

  onReset(reset: StreamReset): void {
    this.#stream = undefined;
    this.#fail(errorOfReset(reset));
  }

  onDrain(): void {
    this.#listener.onDrain();
  }

  readonly #aborted = () => this.#fail(errorOfAbort(this.#call.signal));

  #finish(trailer: readonly HeaderField[], error: ConnectError | undefined): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#call.signal.removeEventListener("abort", this.#aborted);
    // An answer may end before what was asked for did: the rest of it interests nobody.
    if (!this.#isEndWritten) {
      this.#stream?.reset(CANCEL);
    }
    this.#listener.onEnd(trailer, error);
  }

  #fail(error: ConnectError): void {
    if (!this.#isOver) {
      this.#isEndWritten = false;
      this.#waiting.abort(error);
      this.#finish(this.#header.length > 0 ? [] : this.#header, error);
    }
  }
}
