/** Counts the envelopes that pass in a stream of bytes, without keeping any of it. */
import { Code, ConnectError } from "@connectrpc/connect";
import { ENVELOPE_BYTES } from "../grpc/envelope.ts";

/** Bounds on what a stream carries. */
export interface MessageLimits {
  /** Largest request message, in bytes, before and after decompression. */
  readonly maxMessageBytes: number;
  /** Most messages of one request stream; 0 for any number. */
  readonly maxMessages: number;
}

/** A meter of one stream. */
export class EnvelopeMeter {
  readonly #limits: MessageLimits;
  readonly #prefix = Buffer.alloc(ENVELOPE_BYTES);
  #prefixLength = 0;
  #left = 0;
  #messages = 0;

  constructor(limits: MessageLimits) {
    this.#limits = limits;
  }

  /** Looks at the next bytes. @throws ConnectError RESOURCE_EXHAUSTED at the prefix of what is too much */
  pass(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        at += taken;
        continue;
      }
      const taken = Math.min(ENVELOPE_BYTES - this.#prefixLength, chunk.length - at);
      this.#prefix.set(chunk.subarray(at, at + taken), this.#prefixLength);
      this.#prefixLength += taken;
      at += taken;
      if (this.#prefixLength === ENVELOPE_BYTES) {
        this.#prefixLength = 0;
        this.#left = this.#prefix.readUInt32BE(1);
        this.#count();
      }
    }
  }

  /** Whether the bytes so far end with the end of a message. */
  get isAtBoundary(): boolean {
    return this.#left === 0 && this.#prefixLength === 0;
  }

  #count(): void {
    const { maxMessageBytes, maxMessages } = this.#limits;
    this.#messages++;
    if (this.#left > maxMessageBytes) {
      throw new ConnectError(
        `a message of ${this.#left} bytes is larger than ${maxMessageBytes}`,
        Code.ResourceExhausted,
      );
    }
    if (maxMessages > 0 && this.#messages > maxMessages) {
      throw new ConnectError(`a stream carries at most ${maxMessages} messages`, Code.ResourceExhausted);
    }
  }
}
