/** Percent-decoding as http.proto and RFC 3986 ask. Each function gives undefined for text that is not encoded UTF-8. */

/** Decodes everything: a literal, or the value of a variable of exactly one segment. */
export function decodeText(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Decodes one segment of a variable of several; "%2F" and "%2f" are left as they stand (http.proto). */
export function decodeKeepingSlash(segment: string): string | undefined {
  if (!segment.includes("%")) return segment;
  const parts: string[] = [];
  for (const part of segment.split(/(%2f)/i)) {
    const decoded = /^%2f$/i.test(part) ? part : decodeText(part);
    if (decoded === undefined) return undefined;
    parts.push(decoded);
  }
  return parts.join("");
}

/** Decodes a name or value of a query, where `+` is a space (WHATWG URL, application/x-www-form-urlencoded). */
export function decodeQueryText(text: string): string | undefined {
  return decodeText(text.includes("+") ? text.replaceAll("+", " ") : text);
}
