/** The headers of a request as Node keeps them, read without making others of them. */
import type { IncomingHttpHeaders } from "node:http";
import type { HeaderReader } from "./rest-message.ts";

/** Reads them. Pseudo-headers of HTTP/2 are none. */
export function nodeHeaders(headers: IncomingHttpHeaders): HeaderReader {
  return {
    get(name) {
      const value = headers[name];
      return value === undefined ? null : typeof value === "string" ? value : value.join(", ");
    },
    *[Symbol.iterator]() {
      for (const name in headers) {
        const value = headers[name];
        if (value === undefined || name.startsWith(":")) continue;
        if (typeof value === "string") yield [name, value] as [string, string];
        else for (const each of value) yield [name, each] as [string, string];
      }
    },
  };
}
