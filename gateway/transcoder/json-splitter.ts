/** Cuts a stream of bytes into JSON values: by lines, or where one value ends and the next begins. */
import { Refusal } from "./refusal.ts";

const [quote, backslash, newline] = [0x22, 0x5c, 0x0a];
const opening = new Set([0x7b, 0x5b]);
const closing = new Set([0x7d, 0x5d]);
const blank = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Gives the bytes of one line after the other (NDJSON). Blank lines are passed over.
 *
 * @param maxBytes of one line
 * @throws Refusal BODY_TOO_LARGE
 */
export async function* splitLines(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Buffer> {
  const kept = new Pieces(maxBytes);
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = kept.take(chunk.subarray(start, end));
      start = end + 1;
      if (!isBlank(line)) yield line;
    }
    kept.keep(chunk.subarray(start));
  }
  const last = kept.take(new Uint8Array());
  if (!isBlank(last)) yield last;
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => blank.has(byte));
}

/**
 * Gives the bytes of one value after the other, as soon as each is whole, whatever white space is between them. What is no JSON is given too, up to where it
 * cannot go on: whoever parses it says what is wrong.
 *
 * @param maxBytes of one value
 * @throws Refusal BODY_TOO_LARGE
 */
export async function* splitJson(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Buffer> {
  const splitter = new JsonSplitter(maxBytes);
  for await (const chunk of body) yield* splitter.push(chunk);
  yield* splitter.end();
}

/** What came of a value so far. */
class Pieces {
  readonly #maxBytes: number;
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    if (this.#length > this.#maxBytes) {
      throw new Refusal("BODY_TOO_LARGE", `a message of the body is larger than ${this.#maxBytes} bytes`);
    }
    this.#pieces.push(piece);
  }

  take(last: Uint8Array): Buffer {
    this.keep(last);
    const whole = Buffer.concat(this.#pieces, this.#length);
    this.#pieces = [];
    this.#length = 0;
    return whole;
  }
}

class JsonSplitter {
  readonly #kept: Pieces;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** Inside a number or a word, which only what follows ends. */
  #isInWord = false;

  constructor(maxBytes: number) {
    this.#kept = new Pieces(maxBytes);
  }

  *push(chunk: Uint8Array): Generator<Buffer> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        else if (byte === quote) {
          this.#isInString = false;
          if (this.#depth === 0) {
            yield this.#kept.take(chunk.subarray(start, at + 1));
            start = at + 1;
          }
        }
        continue;
      }
      const isSpace = blank.has(byte);
      if (this.#isInWord && (isSpace || byte === quote || opening.has(byte))) {
        this.#isInWord = false;
        yield this.#kept.take(chunk.subarray(start, at));
        start = at;
      }
      if (isSpace) {
        if (this.#depth === 0) start = at + 1;
      } else if (byte === quote) this.#isInString = true;
      else if (opening.has(byte)) this.#depth++;
      else if (closing.has(byte)) {
        this.#depth = Math.max(0, this.#depth - 1);
        if (this.#depth === 0) {
          this.#isInWord = false;
          yield this.#kept.take(chunk.subarray(start, at + 1));
          start = at + 1;
        }
      } else if (this.#depth === 0) this.#isInWord = true;
    }
    this.#kept.keep(chunk.subarray(start));
  }

  *end(): Generator<Buffer> {
    if (!this.#kept.isEmpty) yield this.#kept.take(new Uint8Array());
  }
}
