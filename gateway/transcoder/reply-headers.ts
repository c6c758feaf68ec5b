/** Headers of an answer: few, written once, so a list serves where WHATWG Headers would cost more than all else. */
import type { ReplyHeader } from "./rest-message.ts";

/** Makes an empty list. Names are in lower case. */
export function createReplyHeader(...first: [name: string, value: string][]): ReplyHeader {
  let fields = first;
  return {
    get(name) {
      const found = fields.filter(([key]) => key === name);
      return found.length === 0 ? null : found.map(([, value]) => value).join(", ");
    },
    has: (name) => fields.some(([key]) => key === name),
    set(name, value) {
      fields = fields.filter(([key]) => key !== name);
      fields.push([name, value]);
    },
    append: (name, value) => void fields.push([name, value]),
    [Symbol.iterator]: () => fields[Symbol.iterator](),
  };
}
