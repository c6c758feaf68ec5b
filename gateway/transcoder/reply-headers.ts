/** Headers of an answer: few, written once, so a list serves where WHATWG Headers would cost more than all else. */
import type { ReplyHeader } from "./rest-message.ts";

/** Makes an empty list. Names are in lower case. */
export function createReplyHeader(...first: [name: string, value: string][]): ReplyHeader {
  return new FieldList(first);
}

/** A class: an object of functions would be five closures for every answer. */
class FieldList implements ReplyHeader {
  #fields: [name: string, value: string][];

  constructor(fields: [name: string, value: string][]) {
    this.#fields = fields;
  }

  get(name: string): string | null {
    const found = this.#fields.filter(([key]) => key === name);
    return found.length === 0 ? null : found.map(([, value]) => value).join(", ");
  }

  has(name: string): boolean {
    return this.#fields.some(([key]) => key === name);
  }

  set(name: string, value: string): void {
    if (this.has(name)) this.#fields = this.#fields.filter(([key]) => key !== name);
    this.#fields.push([name, value]);
  }

  append(name: string, value: string): void {
    this.#fields.push([name, value]);
  }

  [Symbol.iterator](): Iterator<[string, string]> {
    return this.#fields[Symbol.iterator]();
  }
}
