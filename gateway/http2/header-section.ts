import type { HeaderField } from "./contract.ts";
import { FieldKind } from "./field-kind.ts";
import type { FieldSink } from "./hpack/decoder.ts";
import type { Entry } from "./hpack/entry.ts";

/**
 * One header section as it is decoded, held to the rules of RFC 9113, 8.2 and 8.3. Fields beyond the size limit are
 * dropped: the block is decoded to its end for the sake of the table alone.
 */
export class HeaderSection implements FieldSink {
  readonly fields: HeaderField[] = [];
  /** The rule broken first, whatever the section is for. */
  fault: string | undefined;
  method: string | undefined;
  scheme: string | undefined;
  authority: string | undefined;
  path: string | undefined;
  status: string | undefined;
  host: string | undefined;
  contentLength: number | undefined;
  hasPseudo = false;
  #hasRegular = false;
  #bytesLeft: number;

  constructor(maxBytes: number) {
    this.#bytesLeft = maxBytes;
  }

  get isTooLarge(): boolean {
    return this.#bytesLeft < 0;
  }

  take(entry: Entry): void {
    this.#bytesLeft -= entry.size;
    if (this.#bytesLeft < 0) return;
    this.fields.push(entry.field);
    if (!entry.isValid) this.#refuse("a name or value has characters it may not have");
    if (entry.kind === FieldKind.REGULAR) {
      this.#hasRegular = true;
      return;
    }
    this.#takeSpecial(entry.kind, entry.field[1]);
  }

  #takeSpecial(kind: number, value: string): void {
    switch (kind) {
      case FieldKind.METHOD:
        this.method = this.#pseudo(this.method, value);
        return;
      case FieldKind.SCHEME:
        this.scheme = this.#pseudo(this.scheme, value);
        return;
      case FieldKind.AUTHORITY:
        this.authority = this.#pseudo(this.authority, value);
        return;
      case FieldKind.PATH:
        this.path = this.#pseudo(this.path, value);
        return;
      case FieldKind.STATUS:
        this.status = this.#pseudo(this.status, value);
        return;
      case FieldKind.UNKNOWN_PSEUDO:
        this.#refuse("a pseudo-header nobody defined");
        return;
      case FieldKind.CONNECTION_SPECIFIC:
        this.#refuse("a field of HTTP/1 connections");
        return;
      case FieldKind.TE:
        if (value !== "trailers") this.#refuse("te may only be trailers");
        break;
      case FieldKind.CONTENT_LENGTH:
        this.#takeLength(value);
        break;
      case FieldKind.HOST:
        if (this.host !== undefined && this.host !== value) this.#refuse("two hosts");
        this.host = value;
        break;
    }
    this.#hasRegular = true;
  }

  #pseudo(before: string | undefined, value: string): string {
    this.hasPseudo = true;
    if (before !== undefined) this.#refuse("a pseudo-header twice");
    if (this.#hasRegular) this.#refuse("a pseudo-header after a field");
    return value;
  }

  #takeLength(value: string): void {
    const length = /^\d{1,15}$/.test(value) ? Number(value) : undefined;
    if (length === undefined || (this.contentLength !== undefined && this.contentLength !== length)) {
      this.#refuse("content-length is no length, or two");
      return;
    }
    this.contentLength = length;
  }

  #refuse(rule: string): void {
    this.fault ??= rule;
  }
}
