/**
 * Length-prefixed messages of gRPC and gRPC-Web: a byte of flags, four of length, the message (gRPC over HTTP/2,
 * "Length-Prefixed-Message"). Whole envelopes are passed on as they came, so that nothing is copied to look past them.
 */
import { Code, ConnectError } from "@connectrpc/connect";

/** Bytes before the message. */
export const ENVELOPE_BYTES = 5;
/** The message is compressed by `grpc-encoding`. */
export const COMPRESSED_FLAG = 0b0000_0001;
/** The "message" is the trailer section of gRPC-Web. */
export const TRAILER_FLAG = 0b1000_0000;

/** Puts a message into an envelope. */
export function enclose(message: Uint8Array, flags = 0): Buffer {
  const envelope = Buffer.allocUnsafe(ENVELOPE_BYTES + message.length);
  envelope[0] = flags;
  envelope.writeUInt32BE(message.length, 1);
  envelope.set(message, ENVELOPE_BYTES);
  return envelope;
}

/** The message of an envelope that is whole; compressed if its flag says so. */
export function contentOf(envelope: Uint8Array): Uint8Array {
  return envelope.subarray(ENVELOPE_BYTES);
}

/** Whether the message of an envelope is compressed. */
export function isCompressed(envelope: Uint8Array): boolean {
  return ((envelope[0] ?? 0) & COMPRESSED_FLAG) !== 0;
}

/** Cuts a stream of bytes into envelopes. */
export class EnvelopeReader {
  readonly #maxBytes: number;
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** @param maxBytes largest message, without its prefix */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes in what came. */
  push(piece: Uint8Array): void {
    if (piece.length > 0) {
      this.#pieces.push(piece);
      this.#length += piece.length;
    }
  }

  /**
   * The next whole envelope; undefined until more comes.
   *
   * @throws ConnectError RESOURCE_EXHAUSTED as soon as the prefix announces more than the limit
   */
  next(): Uint8Array | undefined {
    if (this.#length < ENVELOPE_BYTES) {
      return undefined;
    }
    const first = this.#pieces[0];
    const prefix = first !== undefined && first.length >= ENVELOPE_BYTES ? first : this.#join();
    const size = Buffer.from(prefix.buffer, prefix.byteOffset, ENVELOPE_BYTES).readUInt32BE(1);
    if (size > this.#maxBytes) {
      throw new ConnectError(`a message of ${size} bytes is larger than ${this.#maxBytes}`, Code.ResourceExhausted);
    }
    const end = ENVELOPE_BYTES + size;
    if (this.#length < end) {
      return undefined;
    }
    const whole = prefix.length >= end ? prefix : this.#join();
    this.#pieces[0] = whole.subarray(end);
    if (whole.length === end) {
      this.#pieces.shift();
    }
    this.#length -= end;
    return whole.subarray(0, end);
  }

  /** Whether the bytes so far end with the end of an envelope. */
  get isAtBoundary(): boolean {
    return this.#length === 0;
  }

  #join(): Uint8Array {
    const joined = Buffer.concat(this.#pieces, this.#length);
    this.#pieces = [joined];
    return joined;
  }
}
