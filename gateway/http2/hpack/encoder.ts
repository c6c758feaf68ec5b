/** HPACK encoding (RFC 7541) without Huffman: bytes on the wire are cheaper here than the time to pack them. */
import type { HeaderField } from "../contract.ts";
import { isValidName, isValidValue } from "../field-kind.ts";
import type { Output } from "../output.ts";
import { EncoderTable, type KnownName } from "./encoder-table.ts";
import { ENTRY_OVERHEAD } from "./entry.ts";
import { NamePolicy } from "./name-policy.ts";

/** The table we keep at most, whatever more the peer allows: what repeats here fits in it well. */
const MAX_TABLE_BYTES = 4_096;
/** Most bytes a field takes beyond name and value: a byte and an index, and two lengths of up to five bytes. */
const FIELD_OVERHEAD = 16;
/** Room for two changes of the table's size. */
const RESIZE_BYTES = 12;
/** Up to this length a loop beats the call into native code. */
const SHORT_STRING = 48;

export class HeaderEncoder {
  readonly #table = new EncoderTable(MAX_TABLE_BYTES);
  /** Changes of the table's size not yet told: the smallest on the way, and the last (RFC 7541, 4.2). */
  #smallest: number | undefined;
  #allowedBytes = MAX_TABLE_BYTES;

  /** The peer's SETTINGS_HEADER_TABLE_SIZE. */
  allow(tableBytes: number): void {
    const bytes = Math.min(tableBytes, MAX_TABLE_BYTES);
    if (bytes === this.#allowedBytes && this.#smallest === undefined) return;
    this.#allowedBytes = bytes;
    this.#smallest = Math.min(bytes, this.#smallest ?? bytes);
  }

  /** Most bytes the section may take. */
  bound(fields: readonly HeaderField[]): number {
    let bytes = RESIZE_BYTES;
    for (const [name, value] of fields) bytes += name.length + value.length + FIELD_OVERHEAD;
    return bytes;
  }

  /**
   * Encodes a section to `output`, in which `bound` bytes are reserved. Throws TypeError on a name or value that may
   * not be sent; the caller then takes back what was written.
   */
  encode(fields: readonly HeaderField[], output: Output): void {
    if (this.#smallest !== undefined) this.#tellSize(this.#smallest, output);
    try {
      for (const [name, value] of fields) this.#field(name, value, output);
    } catch (error) {
      // The peer will not see the entries this section added: the next section starts with an empty table.
      this.#table.resize(0);
      this.#smallest = 0;
      throw error;
    }
  }

  #field(name: string, value: string, output: Output): void {
    const known = this.#table.name(name);
    const place = known.policy === NamePolicy.INDEX ? known.places.get(value) : undefined;
    if (place !== undefined) {
      known.misses = 0;
      writeInteger(output, 0x80, 0x7f, this.#table.indexOf(place));
      return;
    }
    if (!isValidValue(value)) throw new TypeError(`the value of ${name} cannot be sent`);
    if (this.#table.isWorthwhile(known, name.length + value.length + ENTRY_OVERHEAD)) {
      writeLiteral(output, 0x40, 0x3f, known, name, value);
      this.#table.add(known, name, value);
      return;
    }
    writeLiteral(output, known.policy === NamePolicy.NEVER ? 0x10 : 0, 0x0f, known, name, value);
  }

  #tellSize(smallest: number, output: Output): void {
    this.#smallest = undefined;
    if (smallest < this.#allowedBytes) {
      this.#table.resize(smallest);
      writeInteger(output, 0x20, 0x1f, smallest);
    }
    this.#table.resize(this.#allowedBytes);
    writeInteger(output, 0x20, 0x1f, this.#allowedBytes);
  }
}

function writeLiteral(
  output: Output,
  pattern: number,
  mask: number,
  known: KnownName,
  name: string,
  value: string,
): void {
  writeInteger(output, pattern, mask, known.index);
  if (known.index === 0) {
    if (!isValidName(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a field`);
    writeString(output, name);
  }
  writeString(output, value);
}

function writeString(output: Output, text: string): void {
  const length = text.length;
  writeInteger(output, 0, 0x7f, length);
  if (length > SHORT_STRING) {
    output.at += output.slab.write(text, output.at, length, "latin1");
    return;
  }
  const { slab, at } = output;
  for (let index = 0; index < length; index += 1) slab[at + index] = text.charCodeAt(index);
  output.at = at + length;
}

/** An integer after a bit pattern (RFC 7541, 5.1). */
function writeInteger(output: Output, pattern: number, mask: number, value: number): void {
  const { slab } = output;
  if (value < mask) {
    slab[output.at] = pattern | value;
    output.at += 1;
    return;
  }
  slab[output.at] = pattern | mask;
  output.at += 1;
  let rest = value - mask;
  while (rest >= 0x80) {
    slab[output.at] = (rest & 0x7f) | 0x80;
    output.at += 1;
    rest >>>= 7;
  }
  slab[output.at] = rest;
  output.at += 1;
}
