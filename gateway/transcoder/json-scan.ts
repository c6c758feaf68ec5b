/**
 * One pass over a JSON text, before it is parsed, for what JSON.parse cannot tell: how deep it goes, whether a key
 * comes twice, and whether a number needs more than a double. No recursion. It does not judge the syntax: what it
 * says of a malformed text has no meaning, and JSON.parse is asked next.
 */

/** What the scan saw. */
export interface JsonScan {
  readonly tooDeep: boolean;
  /** More objects, arrays and scalars than allowed. */
  readonly tooLarge: boolean;
  /** A number that a double may round: more than 15 characters, or an exponent. */
  readonly hasWideNumber: boolean;
  /** A key is written with an escape. */
  readonly hasEscapedKey: boolean;
  /** Path of the first key that comes twice in one object (RFC 8259, 4: names should be unique; I-JSON: must be). */
  readonly duplicate: string | undefined;
}

interface Frame {
  /** Keys seen; undefined for an array. */
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openObject, closeObject, openArray, closeArray] = [0x7b, 0x7d, 0x5b, 0x5d];
const [minus, zero, nine] = [0x2d, 0x30, 0x39];
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
// Every integer of 15 digits is below 2^53, so that its double is exact.
const safeNumberLength = 15;
const numberPattern = /[-+.0-9eE]+/y;

/** Scans `text`, stopping early when it nests deeper than `maxDepth` or holds more than `maxValues`. */
export function scanJson(text: string, maxDepth: number, maxValues: number): JsonScan {
  const frames: Frame[] = [];
  let frame: Frame | undefined;
  let expectsKey = false;
  let hasWideNumber = false;
  let hasEscapedKey = false;
  let duplicate: string | undefined;
  let values = 1; // the text itself

  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      const end = endOfString(text, i);
      if (expectsKey && frame?.keys !== undefined) {
        const raw = text.slice(i + 1, end);
        const isEscaped = raw.includes("\\");
        hasEscapedKey ||= isEscaped;
        frame.key = isEscaped ? decodeKey(raw) : raw;
        if (frame.keys.has(frame.key)) duplicate ??= describe(frames);
        frame.keys.add(frame.key);
      }
      i = end;
    } else if (code === openObject || code === openArray) {
      if (frames.length === maxDepth)
        return { tooDeep: true, tooLarge: false, hasWideNumber, hasEscapedKey, duplicate };
      // The first value of what opens here; each of the others follows a comma.
      if (!closesAtOnce(text, i + 1) && ++values > maxValues) {
        return { tooDeep: false, tooLarge: true, hasWideNumber, hasEscapedKey, duplicate };
      }
      expectsKey = code === openObject;
      frame = { keys: expectsKey ? new Set() : undefined, key: "", index: 0 };
      frames.push(frame);
    } else if (code === closeObject || code === closeArray) {
      frames.pop();
      frame = frames.at(-1);
      expectsKey = false;
    } else if (code === comma) {
      if (++values > maxValues) return { tooDeep: false, tooLarge: true, hasWideNumber, hasEscapedKey, duplicate };
      expectsKey = frame?.keys !== undefined;
      if (frame !== undefined) frame.index++;
    } else if (code === colon) {
      expectsKey = false;
    } else if (code === minus || (code >= zero && code <= nine)) {
      numberPattern.lastIndex = i;
      const number = numberPattern.exec(text)?.[0] ?? "-";
      hasWideNumber ||= isWideNumber(number);
      i += number.length - 1;
    }
  }
  return { tooDeep: false, tooLarge: false, hasWideNumber, hasEscapedKey, duplicate };
}

/** True for `[]` and `{}`, read from behind the bracket. */
function closesAtOnce(text: string, start: number): boolean {
  let at = start;
  while (blanks.has(text.charCodeAt(at))) at++;
  const code = text.charCodeAt(at);
  return code === closeArray || code === closeObject;
}

/** True for a number as written that a double may round. */
export function isWideNumber(source: string): boolean {
  return source.length > safeNumberLength || /[eE]/.test(source);
}

/** Index of the closing quote, or the end of the text. */
export function endOfString(text: string, open: number): number {
  let close = open;
  let escaped: boolean;
  do {
    close = text.indexOf('"', close + 1);
    if (close < 0) return text.length;
    escaped = false;
    for (let i = close - 1; text.charCodeAt(i) === backslash; i--) escaped = !escaped;
  } while (escaped);
  return close;
}

/** A key as JSON.parse will see it, so that "a" and "\u0061" are the same. */
function decodeKey(raw: string): string {
  try {
    const key: unknown = JSON.parse(`"${raw}"`);
    return typeof key === "string" ? key : raw;
  } catch (error) {
    if (error instanceof SyntaxError) return raw; // JSON.parse will refuse the whole text
    throw error;
  }
}

function describe(frames: readonly Frame[]): string {
  const path = frames.map(({ keys, key, index }) => (keys === undefined ? `[${index}]` : `.${key}`)).join("");
  return path.startsWith(".") ? path.slice(1) : path;
}
