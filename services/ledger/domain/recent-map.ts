/** A map that keeps what was used of late and forgets the rest, a generation at a time. */

/** Keeps what was set or found since the last rotation but one. */
export class RecentMap<Key, Value> {
  #current = new Map<Key, Value>();
  #previous = new Map<Key, Value>();

  get(key: Key): Value | undefined {
    const value = this.#current.get(key);
    if (value !== undefined) {
      return value;
    }
    const older = this.#previous.size === 0 ? undefined : this.#previous.get(key);
    if (older !== undefined) {
      this.#current.set(key, older);
    }
    return older;
  }

  set(key: Key, value: Value): void {
    this.#current.set(key, value);
  }

  delete(key: Key): void {
    this.#current.delete(key);
    this.#previous.delete(key);
  }

  /** Begins a new generation and forgets the older one, whose keys it returns. */
  rotate(): Iterable<Key> {
    const forgotten = this.#previous.keys();
    this.#previous = this.#current;
    this.#current = new Map();
    return forgotten;
  }
}
