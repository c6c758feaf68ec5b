/** Credit given to the peer: what it may send, what came and is not consumed, what was consumed and not yet told. */
export class ReceiveWindow {
  readonly #size: number;
  #available: number;
  #released = 0;

  /** @param size what the window is kept at @param available what the peer may send as things stand */
  constructor(size: number, available: number) {
    this.#size = size;
    this.#available = available;
  }

  /** False when the peer sent more than it may. */
  take(bytes: number): boolean {
    this.#available -= bytes;
    return this.#available >= 0;
  }

  /** Gives back bytes. The increment to tell the peer, or 0 while it is not worth a frame: below half the window. */
  release(bytes: number): number {
    this.#released += bytes;
    if (this.#released * 2 < this.#size) return 0;
    const increment = this.#released;
    this.#released = 0;
    this.#available += increment;
    return increment;
  }
}
