import { ErrorCode, FRAME_HEADER_BYTES } from "./codes.ts";
import { ConnectionFault } from "./faults.ts";

/** Takes a whole frame, whose payload is `bytes[start, end)`. False: read no further. */
export type FrameSink = (
  type: number,
  flags: number,
  streamId: number,
  bytes: Buffer,
  start: number,
  end: number,
) => boolean;

/** Cuts what the socket gives into frames. Nothing is copied but frames that span chunks. */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxFrameBytes: number;
  #preface: Buffer;
  /** A frame begun in an earlier chunk: its header first, all of it once its length is known. */
  #begun: Buffer = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES);
  #filled = 0;

  /** @param preface bytes that must come before the first frame */
  constructor(sink: FrameSink, maxFrameBytes: number, preface: Buffer) {
    this.#sink = sink;
    this.#maxFrameBytes = maxFrameBytes;
    this.#preface = preface;
  }

  /** Throws ConnectionFault on a wrong preface and on frames too large, and what the sink throws. */
  read(chunk: Buffer): void {
    let at = this.#preface.length === 0 ? 0 : this.#readPreface(chunk);
    if (this.#filled > 0) at = this.#resume(chunk, at);
    while (at >= 0 && chunk.length - at >= FRAME_HEADER_BYTES) {
      const start = at + FRAME_HEADER_BYTES;
      const end = start + this.#lengthAt(chunk, at);
      if (end > chunk.length) break;
      at = this.#frame(chunk, at, end) ? end : -1;
    }
    if (at >= 0 && at < chunk.length) this.#begin(chunk, at);
  }

  #readPreface(chunk: Buffer): number {
    const length = Math.min(this.#preface.length, chunk.length);
    if (this.#preface.compare(chunk, 0, length, 0, length) !== 0) {
      throw new ConnectionFault(ErrorCode.PROTOCOL_ERROR, "not the preface of HTTP/2");
    }
    this.#preface = this.#preface.subarray(length);
    return length;
  }

  #lengthAt(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32BE(at) >>> 8;
    if (length > this.#maxFrameBytes) throw new ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, "a frame is too large");
    return length;
  }

  #frame(bytes: Buffer, at: number, end: number): boolean {
    const type = bytes.readUInt8(at + 3);
    const streamId = bytes.readUInt32BE(at + 5) & 0x7fffffff;
    return this.#sink(type, bytes.readUInt8(at + 4), streamId, bytes, at + FRAME_HEADER_BYTES, end);
  }

  /** Keeps the rest of a chunk, which is less than a frame. */
  #begin(chunk: Buffer, at: number): void {
    const rest = chunk.length - at;
    if (rest < FRAME_HEADER_BYTES) this.#begun = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES);
    else this.#begun = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + this.#lengthAt(chunk, at));
    chunk.copy(this.#begun, 0, at);
    this.#filled = rest;
  }

  /** Completes the frame begun. Where the next one starts; -1 to read no further, the chunk's length when it is used up. */
  #resume(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#filled < FRAME_HEADER_BYTES) {
      at += this.#fill(chunk, at, FRAME_HEADER_BYTES);
      if (this.#filled < FRAME_HEADER_BYTES) return at;
      const whole = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + this.#lengthAt(this.#begun, 0));
      this.#begun.copy(whole, 0, 0, FRAME_HEADER_BYTES);
      this.#begun = whole;
    }
    at += this.#fill(chunk, at, this.#begun.length);
    if (this.#filled < this.#begun.length) return at;
    this.#filled = 0;
    return this.#frame(this.#begun, 0, this.#begun.length) ? at : -1;
  }

  #fill(chunk: Buffer, at: number, upTo: number): number {
    const copied = chunk.copy(this.#begun, this.#filled, at, at + Math.min(upTo - this.#filled, chunk.length - at));
    this.#filled += copied;
    return copied;
  }
}
