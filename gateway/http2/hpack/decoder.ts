/** HPACK decoding (RFC 7541). Fields that come from a table allocate nothing. */
import { ErrorCode } from "../codes.ts";
import { ConnectionFault } from "../faults.ts";
import { DecoderTable } from "./decoder-table.ts";
import { type Entry, newEntry, sameName, staticEntries } from "./entry.ts";
import { decodeHuffman } from "./huffman.ts";
import { FIRST_DYNAMIC } from "./static-table.ts";

/** Takes the fields of one section in order. */
export interface FieldSink {
  take(entry: Entry): void;
}

/** Continuation bytes of an integer: four hold 28 bits, more than any block here has bytes. */
const MAX_INTEGER_SHIFT = 21;

export class HeaderDecoder {
  readonly #table: DecoderTable;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** @param tableBytes largest dynamic table the peer may use */
  constructor(tableBytes: number) {
    this.#table = new DecoderTable(tableBytes);
  }

  /** The peer has acknowledged a SETTINGS_HEADER_TABLE_SIZE: its next block says how far its table shrinks. */
  allow(tableBytes: number): void {
    this.#table.allow(tableBytes);
  }

  /** Decodes the whole block `bytes[start, end)`. Throws COMPRESSION_ERROR; the connection cannot go on after that. */
  decode(bytes: Buffer, start: number, end: number, sink: FieldSink): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#resizeTable();
    while (this.#at < end) sink.take(this.#field());
  }

  #resizeTable(): void {
    while (this.#at < this.#end && (this.#first() & 0xe0) === 0x20) this.#table.resize(this.#integer(0x1f));
    if (this.#table.mustShrink) throw corrupt("the table should have shrunk first");
  }

  #field(): Entry {
    const first = this.#first();
    if (first >= 0x80) return this.#indexed(this.#integer(0x7f));
    if (first >= 0x40) {
      const entry = this.#literal(this.#integer(0x3f));
      this.#table.add(entry);
      return entry;
    }
    if (first >= 0x20) throw corrupt("a table size within a block");
    return this.#literal(this.#integer(0x0f));
  }

  #indexed(index: number): Entry {
    const entry = index < FIRST_DYNAMIC ? staticEntries[index] : this.#table.at(index - FIRST_DYNAMIC);
    if (index === 0 || entry === undefined) throw corrupt("no such index");
    return entry;
  }

  #literal(nameIndex: number): Entry {
    if (nameIndex !== 0) return sameName(this.#indexed(nameIndex), this.#string());
    const name = this.#string();
    return newEntry(name, this.#string());
  }

  #first(): number {
    return this.#bytes[this.#at] ?? 0;
  }

  #integer(mask: number): number {
    const prefix = this.#first() & mask;
    this.#at += 1;
    if (prefix < mask) return prefix;
    let value = prefix;
    for (let shift = 0; shift <= MAX_INTEGER_SHIFT; shift += 7) {
      if (this.#at >= this.#end) throw corrupt("an integer is cut off");
      const byte = this.#first();
      this.#at += 1;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw corrupt("an integer is too large");
  }

  #string(): string {
    if (this.#at >= this.#end) throw corrupt("a string is missing");
    const isHuffman = this.#first() >= 0x80;
    const length = this.#integer(0x7f);
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#end) throw corrupt("a string is cut off");
    return isHuffman ? decodeHuffman(this.#bytes, start, this.#at) : this.#bytes.toString("latin1", start, this.#at);
  }
}

function corrupt(message: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.COMPRESSION_ERROR, message);
}
