import { ErrorCode } from "./codes.ts";
import type { HeaderField, Http2Stream, StreamListener, StreamReset } from "./contract.ts";
import type { Limits } from "./limits.ts";
import type { Outbound } from "./outbound.ts";
import type { ReceiveWindow } from "./receive-window.ts";
import { SendQueue } from "./send-queue.ts";

/** What a stream needs of its connection. */
export interface StreamHome {
  readonly isServer: boolean;
  readonly limits: Limits;
  readonly outbound: Outbound;
  /** Tells the peer of credit: for the stream, and for the connection. */
  returnCredit(stream: Stream, bytes: number): void;
  /** A side's message is complete: when both are, the stream is over. */
  settle(stream: Stream): void;
  /** Sends RST_STREAM and forgets the stream. */
  resetStream(stream: Stream, code: number): void;
  /** Runs a listener's method; what it throws is no matter of the connection. */
  tell(stream: Stream, call: () => void): void;
}

export class Stream implements Http2Stream {
  readonly id: number;
  listener: StreamListener;
  readonly queue = new SendQueue();
  readonly receiveWindow: ReceiveWindow;
  sendWindow: number;
  /** How the message ends once the queue is empty; undefined while more may come. */
  endsQueue: "data" | "trailers" | undefined;
  isLocalDone = false;
  isRemoteDone = false;
  /** Off the connection, complete or reset. */
  isGone = false;
  hasReceivedHeaders = false;
  /** Body that came and was not consumed: credit of the connection that a reset gives back. */
  unconsumed = 0;
  /** Body still to come by the peer's content-length. */
  bodyLeft: number | undefined;
  /** The response has no body, whatever its content-length: it answers HEAD. */
  isHead = false;
  /** Bytes sent off the queue since `stalledSince`, which is 0 while nothing waits. */
  progress = 0;
  stalledSince = 0;
  readonly #home: StreamHome;
  #trailers: readonly HeaderField[] | undefined;
  #hasSentHeaders = false;
  #wantsDrain = false;

  constructor(id: number, home: StreamHome, receiveWindow: ReceiveWindow, listener: StreamListener) {
    this.id = id;
    this.listener = listener;
    this.receiveWindow = receiveWindow;
    this.sendWindow = home.outbound.peer.initialWindowBytes;
    this.#home = home;
  }

  /** Data, an end or trailers wait to be sent. */
  get hasQueued(): boolean {
    return this.queue.bytes > 0 || (this.endsQueue !== undefined && !this.isLocalDone);
  }

  sendHeaders(headers: readonly HeaderField[], endStream: boolean): void {
    if (this.isGone) return;
    this.#mustBeOpen();
    if (this.#hasSentHeaders && !endStream) throw new Error("a second header section must end the stream");
    if (this.queue.bytes > 0) {
      this.#trailers = headers;
      this.endsQueue = "trailers";
      return;
    }
    this.#home.outbound.sendHeaders(this.id, headers, endStream);
    this.#hasSentHeaders = !isInformational(headers);
    if (endStream) this.#done();
  }

  sendData(chunk: Uint8Array, endStream: boolean): boolean {
    if (this.isGone) return true;
    this.#mustBeOpen();
    if (!this.#hasSentHeaders) throw new Error("data before headers");
    if (chunk.length === 0 && !endStream) return this.#hasRoom();
    if (!this.hasQueued && this.#home.outbound.trySend(this, chunk, endStream)) {
      if (endStream) this.#done();
      return true;
    }
    this.queue.push(chunk);
    if (endStream) this.endsQueue = "data";
    this.#home.outbound.enqueue(this);
    return this.#hasRoom();
  }

  consume(bytes: number): void {
    const taken = Math.min(bytes, this.unconsumed);
    this.unconsumed -= taken;
    if (taken > 0) this.#home.returnCredit(this, taken);
  }

  reset(code: number): void {
    if (!this.isGone) this.#home.resetStream(this, code);
  }

  /** A piece of the queue is on its way. */
  sent(bytes: number): void {
    this.progress += bytes;
    if (this.queue.bytes === 0 && this.endsQueue !== undefined) {
      this.#endMessage();
      return;
    }
    if (this.#wantsDrain && this.queue.bytes * 2 <= this.#home.limits.sendBufferBytes) {
      this.#wantsDrain = false;
      this.#home.tell(this, () => this.listener.onDrain());
    }
  }

  /** Off the connection: nothing is sent, heard or counted any more. */
  leave(): void {
    this.isGone = true;
    this.queue.clear();
    this.#home.outbound.forget(this);
  }

  /** Off the connection before its time. */
  die(reset: StreamReset): void {
    this.leave();
    this.#home.tell(this, () => this.listener.onReset(reset));
  }

  #endMessage(): void {
    const trailers = this.#trailers;
    if (trailers === undefined) {
      this.#done();
      return;
    }
    this.#home.tell(this, () => {
      this.#home.outbound.sendHeaders(this.id, trailers, true);
      this.#done();
    });
  }

  #done(): void {
    this.isLocalDone = true;
    this.#home.settle(this);
  }

  #hasRoom(): boolean {
    const hasRoom = this.queue.bytes < this.#home.limits.sendBufferBytes;
    if (!hasRoom) this.#wantsDrain = true;
    return hasRoom;
  }

  #mustBeOpen(): void {
    if (this.isLocalDone || this.endsQueue !== undefined) throw new Error("the message of this stream is over");
  }
}

/** Hears nothing: a stream's listener while it has none of its own. */
export const deaf: StreamListener = {
  onHeaders: () => undefined,
  onData: () => undefined,
  onTrailers: () => undefined,
  onReset: () => undefined,
  onDrain: () => undefined,
};

export function lost(code: number, unprocessed: boolean, message: string): StreamReset {
  return { code, unprocessed: unprocessed || code === ErrorCode.REFUSED_STREAM, message };
}

function isInformational(headers: readonly HeaderField[]): boolean {
  const first = headers[0];
  return first !== undefined && first[0] === ":status" && first[1].startsWith("1");
}
