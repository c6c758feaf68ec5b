/** Puts HEADERS and its CONTINUATIONs together and decodes the section (RFC 9113, 4.3 and 6.10). */
import { ErrorCode, Flag, INITIAL_TABLE_BYTES } from "./codes.ts";
import { ConnectionFault } from "./faults.ts";
import { HeaderSection } from "./header-section.ts";
import { HeaderDecoder } from "./hpack/decoder.ts";
import type { Limits } from "./limits.ts";
import { protocolFault, unpad } from "./payload.ts";

const PRIORITY_BYTES = 5;

/** A section that is complete. */
export interface Block {
  readonly streamId: number;
  readonly endStream: boolean;
  readonly section: HeaderSection;
  /** The stream depends on itself: a fault of the stream (RFC 7540, 5.3.1). */
  readonly isSelfDependent: boolean;
}

interface Begun {
  readonly streamId: number;
  readonly endStream: boolean;
  readonly isSelfDependent: boolean;
  readonly parts: Buffer[];
  bytes: number;
}

export class HeaderBlocks {
  readonly #decoder: HeaderDecoder;
  readonly #limits: Limits;
  #begun: Begun | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#decoder = new HeaderDecoder(Math.max(limits.headerTableBytes, INITIAL_TABLE_BYTES));
  }

  /** Between HEADERS and the end of its section nothing else may come. */
  get isOpen(): boolean {
    return this.#begun !== undefined;
  }

  /** The peer has acknowledged our SETTINGS. */
  settingsAcknowledged(): void {
    this.#decoder.allow(this.#limits.headerTableBytes);
  }

  headers(streamId: number, flags: number, bytes: Buffer, from: number, to: number): Block | undefined {
    let { start, end } = (flags & Flag.PADDED) === 0 ? { start: from, end: to } : unpad(flags, bytes, from, to);
    let isSelfDependent = false;
    if ((flags & Flag.PRIORITY) !== 0) {
      if (end - start < PRIORITY_BYTES) throw new ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, "HEADERS cut off");
      isSelfDependent = (bytes.readUInt32BE(start) & 0x7fffffff) === streamId;
      start += PRIORITY_BYTES;
    }
    const endStream = (flags & Flag.END_STREAM) !== 0;
    if ((flags & Flag.END_HEADERS) !== 0) {
      return { streamId, endStream, isSelfDependent, section: this.#decode(bytes, start, end) };
    }
    this.#begun = { streamId, endStream, isSelfDependent, parts: [], bytes: 0 };
    this.#add(this.#begun, bytes.subarray(start, end));
    return undefined;
  }

  continuation(streamId: number, flags: number, bytes: Buffer, start: number, end: number): Block | undefined {
    const begun = this.#begun;
    if (begun === undefined || begun.streamId !== streamId) throw protocolFault("CONTINUATION of nothing");
    this.#add(begun, bytes.subarray(start, end));
    if ((flags & Flag.END_HEADERS) === 0) return undefined;
    this.#begun = undefined;
    const { endStream, isSelfDependent } = begun;
    const block = Buffer.concat(begun.parts);
    return { streamId, endStream, isSelfDependent, section: this.#decode(block, 0, block.length) };
  }

  #add(begun: Begun, part: Buffer): void {
    begun.parts.push(part);
    begun.bytes += part.length;
    if (begun.bytes > this.#limits.maxHeaderBlockBytes || begun.parts.length > this.#limits.maxContinuations + 1) {
      throw new ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, "a header section without end");
    }
  }

  #decode(bytes: Buffer, start: number, end: number): HeaderSection {
    const section = new HeaderSection(this.#limits.maxHeaderListBytes);
    this.#decoder.decode(bytes, start, end, section);
    return section;
  }
}
