/** Holds whose time has passed. */
import type { Books, Effect } from "./books.ts";

/** What gives back the holds that have expired. */
export function expiries(books: Books, at: Date): Effect[] {
  if (at.getTime() < books.soonest.expiryMs) {
    return [];
  }
  let soonestMs = Number.POSITIVE_INFINITY;
  const effects: Effect[] = [];
  for (const key of books.holding) {
    const authorization = books.authorizations.get(key);
    if (authorization === undefined) {
      continue;
    }
    if (authorization.expiresAtMs > at.getTime()) {
      soonestMs = Math.min(soonestMs, authorization.expiresAtMs);
    } else {
      const version = authorization.version + 1;
      effects.push({
        kind: "authorization",
        key,
        authorization: { ...authorization, state: "X", heldMinor: 0n, version },
      });
    }
  }
  books.soonest.expiryMs = soonestMs;
  return effects;
}
