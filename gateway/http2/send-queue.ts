/** Chunks of one stream that wait to be sent, handed out in pieces. */
export class SendQueue {
  /** Most streams never have anything wait: they have no list. */
  #chunks: Uint8Array[] | undefined;
  #offset = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks ??= [];
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next piece, of at most `most` bytes; of one chunk only, so that nothing is copied. */
  take(most: number): Uint8Array {
    const first = this.#chunks?.[0];
    if (first === undefined) return new Uint8Array(0);
    const piece = first.subarray(this.#offset, this.#offset + most);
    this.#offset += piece.length;
    this.#bytes -= piece.length;
    if (this.#offset >= first.length) {
      this.#chunks?.shift();
      this.#offset = 0;
    }
    return piece;
  }

  clear(): void {
    this.#chunks = undefined;
    this.#offset = 0;
    this.#bytes = 0;
  }
}
