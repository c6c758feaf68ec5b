/** What is to be written, gathered until it is flushed: small frames side by side in one slab, large chunks as they are. */
import type { Duplex } from "node:stream";

/**
 * Slabs grow to what some hundred small answers need; a quiet connection has a small one. A slab is given up when it is
 * full, so nothing that was written is ever overwritten.
 */
const SMALLEST_SLAB_BYTES = 1_024;
const LARGEST_SLAB_BYTES = 65_536;
/** Below this a chunk is copied into the slab: cheaper than a place of its own in a gathered write. */
const COPY_BYTES = 4_096;

export class Output {
  /** Where writers put their bytes, at `at`, after `reserve`. */
  slab: Buffer = Buffer.allocUnsafeSlow(SMALLEST_SLAB_BYTES);
  at = 0;
  #from = 0;
  #chunks: Uint8Array[] = [];
  #chunkBytes = 0;

  /** Bytes gathered and not flushed. */
  get bytes(): number {
    return this.#chunkBytes + this.at - this.#from;
  }

  /** Makes sure that `bytes` fit in the slab from `at` on. */
  reserve(bytes: number): void {
    if (this.at + bytes <= this.slab.length) return;
    this.#cut();
    this.slab = Buffer.allocUnsafeSlow(Math.max(bytes, Math.min(this.slab.length * 2, LARGEST_SLAB_BYTES)));
    this.at = 0;
    this.#from = 0;
  }

  /** Nothing is expected soon: gives up a large slab, unless it holds something. */
  rest(): void {
    if (this.bytes > 0 || this.slab.length === SMALLEST_SLAB_BYTES) return;
    this.slab = Buffer.allocUnsafeSlow(SMALLEST_SLAB_BYTES);
    this.at = 0;
    this.#from = 0;
  }

  /** Adds a chunk that nobody changes any more. */
  append(chunk: Uint8Array): void {
    if (chunk.length <= COPY_BYTES) {
      this.reserve(chunk.length);
      this.slab.set(chunk, this.at);
      this.at += chunk.length;
      return;
    }
    this.#cut();
    this.#push(chunk);
  }

  /** Hands all to the socket in one write. False when the socket wants no more for now. */
  flushTo(socket: Duplex): boolean {
    if (this.#chunks.length === 0) {
      const bytes = this.slab.subarray(this.#from, this.at);
      this.#from = this.at;
      return bytes.length === 0 || socket.write(bytes);
    }
    this.#cut();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#chunkBytes = 0;
    let hasRoom = true;
    socket.cork();
    for (const chunk of chunks) hasRoom = socket.write(chunk);
    socket.uncork();
    return hasRoom;
  }

  #cut(): void {
    if (this.at > this.#from) this.#push(this.slab.subarray(this.#from, this.at));
    this.#from = this.at;
  }

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#chunkBytes += chunk.length;
  }
}
