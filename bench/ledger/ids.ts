/** Ids as the ledger likes them: UUIDv7 (RFC 9562), in bytes and as text, made without a call into the system for each. */
import { randomBytes } from "node:crypto";

/** Length of a UUID in bytes and as text. */
export const ID_BYTES = 16;
export const ID_CHARACTERS = 36;

const HEX = Buffer.from("0123456789abcdef", "latin1");
/** Where a UUID's text has a hyphen: before these bytes. */
const HYPHEN_BEFORE = [4, 6, 8, 10];

/** Writes a new id into `target` at `offset`; ids of one process only grow. */
export function createIdWriter(): (target: Buffer, offset: number) => void {
  const random = randomBytes(ID_BYTES);
  let lastMs = 0;
  let counter = 0;
  return (target, offset) => {
    const nowMs = Date.now();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      counter = 0;
    }
    counter++;
    random.copy(target, offset);
    target.writeUIntBE(lastMs, offset, 6);
    // 12 bits of the counter beside the version, 14 beside the variant; the rest tells processes apart.
    target.writeUInt16BE(0x7000 | (counter >>> 14), offset + 6);
    target.writeUInt16BE(0x8000 | (counter & 0x3fff), offset + 8);
  };
}

/** The accounts of a run: their ids differ in the last four bytes only, so that nobody needs a list of them. */
export interface AccountIds {
  /** 16 bytes in hexadecimal. */
  readonly base: string;
  readonly count: number;
}

/** Ids for `count` new accounts. */
export function newAccountIds(count: number): AccountIds {
  const base = Buffer.alloc(ID_BYTES);
  createIdWriter()(base, 0);
  return { base: base.toString("hex"), count };
}

/** Writes the id of the n-th account. */
export function writeAccountId(base: Buffer, index: number, target: Buffer, offset: number): void {
  base.copy(target, offset);
  target.writeUInt32BE(index, offset + 12);
}

/** Writes the id at `from` of `source` as text, in lower case, without making a string. */
export function writeIdText(source: Buffer, from: number, target: Buffer, offset: number): void {
  let at = offset;
  for (let index = 0; index < ID_BYTES; index++) {
    if (HYPHEN_BEFORE.includes(index)) {
      target[at++] = 0x2d;
    }
    const byte = source[from + index] ?? 0;
    target[at++] = HEX[byte >>> 4] ?? 0;
    target[at++] = HEX[byte & 15] ?? 0;
  }
}
