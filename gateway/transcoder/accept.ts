/** Content negotiation (RFC 9110, 12.5.1). */

interface MediaRange {
  readonly type: string;
  readonly weight: number;
}

/**
 * The offered media type that the client likes best; of equals, the first offered.
 *
 * @param accept the Accept header; null or empty accepts anything
 * @returns undefined when none is acceptable
 */
export function chooseMediaType<T extends string>(accept: string | null, offers: readonly T[]): T | undefined {
  if (accept === null || accept.trim() === "" || accept === "*/*") return offers[0];
  const ranges = accept.split(",").map(parseRange);
  let best: T | undefined;
  let bestWeight = 0;
  for (const offer of offers) {
    const weight = weightOf(offer, ranges);
    if (weight > bestWeight) [best, bestWeight] = [offer, weight];
  }
  return best;
}

function parseRange(text: string): MediaRange {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith("q="));
  if (q === undefined) return { type, weight: 1 };
  const value = q.slice(2);
  return { type, weight: /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 0 };
}

/** The weight of the most specific range that covers the type. */
function weightOf(type: string, ranges: readonly MediaRange[]): number {
  const family = `${type.slice(0, type.indexOf("/"))}/*`;
  for (const wanted of [type, family, "*/*"]) {
    const range = ranges.find((each) => each.type === wanted);
    if (range !== undefined) return range.weight;
  }
  return 0;
}
