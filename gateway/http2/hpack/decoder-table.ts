import { ErrorCode } from "../codes.ts";
import { ConnectionFault } from "../faults.ts";
import { ENTRY_OVERHEAD, type Entry } from "./entry.ts";

/** The peer's dynamic table (RFC 7541, 2.3.2 and 4): a ring, newest first by index. */
export class DecoderTable {
  #ring: Array<Entry | undefined>;
  #added = 0;
  #count = 0;
  #bytes = 0;
  #maxBytes: number;
  #allowedBytes: number;

  constructor(allowedBytes: number) {
    this.#maxBytes = allowedBytes;
    this.#allowedBytes = allowedBytes;
    this.#ring = newRing(allowedBytes);
  }

  /** The peer knows of a smaller limit and has not yet followed it (RFC 7541, 4.2). */
  get mustShrink(): boolean {
    return this.#maxBytes > this.#allowedBytes;
  }

  allow(bytes: number): void {
    this.#allowedBytes = bytes;
    if (bytes / ENTRY_OVERHEAD > this.#ring.length) this.#grow(bytes);
  }

  resize(bytes: number): void {
    if (bytes > this.#allowedBytes)
      throw new ConnectionFault(ErrorCode.COMPRESSION_ERROR, "a table larger than agreed");
    this.#maxBytes = bytes;
    this.#evict(0);
  }

  /** 0 is the newest. */
  at(index: number): Entry | undefined {
    return index < this.#count ? this.#ring[(this.#added - 1 - index) & (this.#ring.length - 1)] : undefined;
  }

  /** An entry larger than the table empties it (RFC 7541, 4.4). */
  add(entry: Entry): void {
    this.#evict(entry.size);
    if (entry.size > this.#maxBytes) return;
    this.#ring[this.#added & (this.#ring.length - 1)] = entry;
    this.#added += 1;
    this.#count += 1;
    this.#bytes += entry.size;
  }

  #evict(room: number): void {
    while (this.#count > 0 && this.#bytes + room > this.#maxBytes) {
      const oldest = (this.#added - this.#count) & (this.#ring.length - 1);
      this.#bytes -= this.#ring[oldest]?.size ?? 0;
      this.#ring[oldest] = undefined;
      this.#count -= 1;
    }
  }

  #grow(bytes: number): void {
    const entries = Array.from({ length: this.#count }, (_, index) => this.at(this.#count - 1 - index));
    this.#ring = newRing(bytes);
    for (const [index, entry] of entries.entries()) this.#ring[index] = entry;
    this.#added = entries.length;
  }
}

/** As many places, a power of two, as the smallest entries would fill. */
function newRing(bytes: number): Array<Entry | undefined> {
  return new Array<Entry | undefined>(2 ** Math.ceil(Math.log2(Math.max(bytes / ENTRY_OVERHEAD, 1) + 1))).fill(
    undefined,
  );
}
