/** What the schemas do not say of JSON, in words. */
import type { Printing } from "./printing.ts";
import { paragraphs, sentences } from "./prose.ts";

/** How requests are read and answers are written, for the head of a document. */
export function jsonText({ protoNames = false, enumNumbers = false, defaults = true }: Printing = {}): string {
  const written = sentences(
    `Answers are ProtoJSON: ${protoNames ? "names as in the contract" : "lowerCamel names"}, 64-bit integers as`,
    `strings, enums by ${enumNumbers ? "number" : "name"} (one that is newer than this document by its number), bytes in`,
    "base64, times in RFC 3339.",
    defaults ? "Fields that have no presence of their own are always written." : "Fields that are zero are left out.",
    "Answers gain fields in time, so clients have to pass over those they do not know.",
  );
  const read =
    "Requests take the same, and what else ProtoJSON allows: names as in the contract, integers as numbers or as digits " +
    "in a string, enums by number, null for a field that is not set. A path or a query holds the same texts. What is " +
    "`readOnly` is decided by the service.";
  return paragraphs(
    written,
    read,
    "`X-Request-Timeout` (seconds, such as `2` or `0.5`) bounds the time a call may take. Errors have the form of AIP-193.",
  );
}
