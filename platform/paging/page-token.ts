/** Page tokens: where the next page begins, bound to the list, tenant and filter they were made for. */
import { createHash } from "node:crypto";
import { meshError } from "../errors/mesh-errors.ts";

/** Items of a page when the caller does not say. */
const DEFAULT_PAGE_SIZE = 50;
/** Most items of a page; more is capped, as AIP-158 asks. */
const MAX_PAGE_SIZE = 1_000;

/** Size to use for the size asked for; 0 means the default. */
export function pageSizeOf(asked: number): number {
  return asked === 0 ? DEFAULT_PAGE_SIZE : Math.min(asked, MAX_PAGE_SIZE);
}

/** Makes the token of the page that begins after `cursor`. `list` names list, tenant and filter. */
export function pageToken(list: readonly string[], cursor: string): string {
  return Buffer.from(`${binding(list, cursor)}${cursor}`).toString("base64url");
}

/**
 * Cursor of a token; undefined for the first page (empty token).
 *
 * @throws PAGE_TOKEN_INVALID when it was damaged or made for another list, tenant or filter.
 */
export function cursorOf(list: readonly string[], token: string): string | undefined {
  if (token === "") {
    return undefined;
  }
  const text = Buffer.from(token, "base64url").toString();
  const cursor = text.slice(BINDING_LENGTH);
  if (text.slice(0, BINDING_LENGTH) !== binding(list, cursor)) {
    throw meshError("PAGE_TOKEN_INVALID");
  }
  return cursor;
}

/** Splits rows read with `limit size + 1` into a page and the token of the next. */
export function pageOf<Row>(
  list: readonly string[],
  rows: readonly Row[],
  size: number,
  cursor: (last: Row) => string,
): { readonly items: readonly Row[]; readonly nextPageToken: string } {
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return { items, nextPageToken: rows.length > size && last !== undefined ? pageToken(list, cursor(last)) : "" };
}

const BINDING_LENGTH = 16;

function binding(list: readonly string[], cursor: string): string {
  return createHash("sha256")
    .update(JSON.stringify([list, cursor]))
    .digest("base64url")
    .slice(0, BINDING_LENGTH);
}
