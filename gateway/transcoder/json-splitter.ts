/** Cuts a stream of bytes into JSON values: where one ends and the next begins, and at line feeds where they are lines. */
import { Refusal } from "./refusal.ts";

/** How to cut. */
export interface SplitRules {
  /** Of one value. */
  readonly maxBytes: number;
  /**
   * A line feed ends every value, as in NDJSON: what is broken in one line is known at its end and cannot swallow the
   * next. Several values may stand in a line.
   */
  readonly isByLine: boolean;
}

/**
 * Gives the bytes of one value after the other, as soon as each is whole, whatever white space is between them. What is
 * no JSON is given too, up to where it cannot go on: whoever parses it says what is wrong.
 *
 * @throws Refusal BODY_TOO_LARGE
 */
export async function* splitJson(body: AsyncIterable<Uint8Array>, rules: SplitRules): AsyncGenerator<Buffer> {
  const splitter = new JsonSplitter(rules);
  for await (const chunk of body) yield* splitter.push(chunk);
  yield* splitter.end();
}

const [quote, backslash, lineFeed] = [0x22, 0x5c, 0x0a];
const [openObject, closeObject, openArray, closeArray] = [0x7b, 0x7d, 0x5b, 0x5d];

class JsonSplitter {
  readonly #kept: KeptBytes;
  readonly #isByLine: boolean;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** Inside a number or a word, which only what follows ends. */
  #isInWord = false;

  constructor({ maxBytes, isByLine }: SplitRules) {
    this.#kept = new KeptBytes(maxBytes);
    this.#isByLine = isByLine;
  }

  *push(chunk: Uint8Array): Generator<Buffer> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === lineFeed && this.#isByLine) {
        yield* this.#cut(chunk.subarray(start, at));
        start = at + 1;
      } else if (this.#isInString) {
        if (this.#endsString(byte) && this.#depth === 0) {
          yield* this.#cut(chunk.subarray(start, at + 1));
          start = at + 1;
        }
      } else if (byte === 0x20 || byte === 0x09 || byte === lineFeed || byte === 0x0d) {
        if (this.#isInWord) yield* this.#cut(chunk.subarray(start, at));
        if (this.#depth === 0) start = at + 1;
      } else if (byte === closeObject || byte === closeArray) {
        this.#depth--;
        if (this.#depth <= 0) {
          yield* this.#cut(chunk.subarray(start, at + 1));
          start = at + 1;
        }
      } else if (byte === quote || byte === openObject || byte === openArray) {
        if (this.#isInWord) {
          yield* this.#cut(chunk.subarray(start, at));
          start = at;
        }
        if (byte === quote) this.#isInString = true;
        else this.#depth++;
      } else if (this.#depth === 0) this.#isInWord = true;
    }
    this.#kept.keep(chunk.subarray(start));
  }

  *end(): Generator<Buffer> {
    yield* this.#cut(new Uint8Array());
  }

  #endsString(byte: number): boolean {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) this.#isInString = false;
    return !this.#isInString;
  }

  /** Gives what was kept together with `last`, unless both are empty, and begins anew. */
  *#cut(last: Uint8Array): Generator<Buffer> {
    this.#depth = 0;
    this.#isInString = false;
    this.#isEscaped = false;
    this.#isInWord = false;
    const whole = this.#kept.take(last);
    if (whole.length > 0) yield whole;
  }
}

/** The beginning of a value whose end has not come: copied, so that a piece does not hold the chunk that it came in. */
class KeptBytes {
  readonly #maxBytes: number;
  #buffer = Buffer.alloc(0);
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    const length = this.#lengthWith(piece);
    if (length > this.#buffer.length) {
      // Doubled, so that a value which comes byte by byte is not copied as often.
      const larger = Buffer.allocUnsafe(Math.min(this.#maxBytes, Math.max(length, 2 * this.#buffer.length)));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = length;
  }

  take(last: Uint8Array): Buffer {
    if (this.#length === 0) {
      this.#lengthWith(last);
      return Buffer.from(last.buffer, last.byteOffset, last.byteLength);
    }
    this.keep(last);
    const whole = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
    return whole;
  }

  #lengthWith(piece: Uint8Array): number {
    const length = this.#length + piece.length;
    if (length > this.#maxBytes) {
      throw new Refusal("BODY_TOO_LARGE", `a message of the body is larger than ${this.#maxBytes} bytes`);
    }
    return length;
  }
}
