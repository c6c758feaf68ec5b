/** Our pings under way (RFC 9113, 6.7), told apart by a count in their eight bytes. */
export class Pings {
  readonly #waiting = new Map<bigint, { sentAt: number; resolve(ms: number): void; reject(error: Error): void }>();
  #count = 0n;

  /** A new ping: its payload, and when it is answered. */
  start(): { opaque: Buffer; answered: Promise<number> } {
    this.#count += 1n;
    const opaque = Buffer.alloc(8);
    opaque.writeBigUInt64BE(this.#count);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#waiting.set(this.#count, { sentAt: performance.now(), resolve, reject });
    return { opaque, answered: promise };
  }

  /** False for an answer to nothing we asked. */
  answer(opaque: Buffer): boolean {
    const key = opaque.readBigUInt64BE(0);
    const ping = this.#waiting.get(key);
    this.#waiting.delete(key);
    ping?.resolve(performance.now() - ping.sentAt);
    return ping !== undefined;
  }

  fail(error: Error): void {
    for (const ping of this.#waiting.values()) ping.reject(error);
    this.#waiting.clear();
  }
}
