/** Bytes for PostgreSQL: messages of its protocol, and rows as COPY takes them in binary (PostgreSQL docs, 54.7 and COPY). */
import type { Id } from "../domain/id.ts";

const FIRST_BYTES = 64 * 1024;
/** Longest text that is written without asking for its length first; three bytes for each of its UTF-16 units. */
const UTF8_BYTES_PER_UNIT = 3;

/** A buffer that grows as it is written, and is written anew from the start when it is used again. */
export class CopyBuffer {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  /** What was written from `start` on. Valid until the buffer is written to again. */
  slice(start = 0, end = this.length): Buffer {
    return this.#bytes.subarray(start, end);
  }

  /** Makes room, so that writes of up to `count` bytes need not look. */
  reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) {
      return;
    }
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.length + count));
    this.#bytes.copy(grown, 0, 0, this.length);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  byte(value: number): void {
    this.#bytes[this.length++] = value;
  }

  int16(value: number): void {
    this.#view.setInt16(this.length, value);
    this.length += 2;
  }

  int32(value: number): void {
    this.#view.setInt32(this.length, value);
    this.length += 4;
  }

  /** Sets an int32 that was left open. */
  int32At(offset: number, value: number): void {
    this.#view.setInt32(offset, value);
  }

  raw(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  nullField(): void {
    this.int32(-1);
  }

  int16Field(value: number): void {
    this.int32(2);
    this.int16(value);
  }

  int32Field(value: number): void {
    this.int32(4);
    this.int32(value);
  }

  int64Field(value: bigint): void {
    this.int32(8);
    this.#view.setBigInt64(this.length, value);
    this.length += 8;
  }

  /** A whole number up to 2^53 as int8. */
  numberField(value: number): void {
    this.int32(8);
    this.#view.setInt32(this.length, Math.floor(value / 2 ** 32));
    this.#view.setUint32(this.length + 4, value >>> 0);
    this.length += 8;
  }

  booleanField(value: boolean): void {
    this.int32(1);
    this.byte(value ? 1 : 0);
  }

  /** An identity as uuid. */
  idField(id: Id): void {
    this.int32(16);
    const bytes = this.#bytes;
    const start = this.length;
    for (let index = 0; index < 16; index++) {
      bytes[start + index] = id.charCodeAt(index);
    }
    this.length += 16;
  }

  /** Text of any length; reserves what it needs and leaves `more` bytes of room. */
  textField(text: string, more: number): void {
    this.reserve(4 + UTF8_BYTES_PER_UNIT * text.length + more);
    const written = this.#bytes.write(text, this.length + 4);
    this.int32(written);
    this.length += written;
  }
}
