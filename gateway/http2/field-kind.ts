/** What a field's name means to HTTP/2 itself, and which characters names and values may have (RFC 9113, 8.2.1). */

export const FieldKind = {
  REGULAR: 0,
  METHOD: 1,
  SCHEME: 2,
  AUTHORITY: 3,
  PATH: 4,
  STATUS: 5,
  /** A pseudo-header nobody defined, or one we did not agree on. */
  UNKNOWN_PSEUDO: 6,
  /** Speaks of an HTTP/1 connection; has no place here (RFC 9113, 8.2.2). */
  CONNECTION_SPECIFIC: 7,
  TE: 8,
  CONTENT_LENGTH: 9,
  HOST: 10,
} as const;

const kinds = new Map<string, number>([
  [":method", FieldKind.METHOD],
  [":scheme", FieldKind.SCHEME],
  [":authority", FieldKind.AUTHORITY],
  [":path", FieldKind.PATH],
  [":status", FieldKind.STATUS],
  ["connection", FieldKind.CONNECTION_SPECIFIC],
  ["proxy-connection", FieldKind.CONNECTION_SPECIFIC],
  ["keep-alive", FieldKind.CONNECTION_SPECIFIC],
  ["transfer-encoding", FieldKind.CONNECTION_SPECIFIC],
  ["upgrade", FieldKind.CONNECTION_SPECIFIC],
  ["te", FieldKind.TE],
  ["content-length", FieldKind.CONTENT_LENGTH],
  ["host", FieldKind.HOST],
]);

const COLON = 0x3a;
const HTAB = 0x09;
const SPACE = 0x20;
const DELETE = 0x7f;

export function kindOf(name: string): number {
  return kinds.get(name) ?? (name.charCodeAt(0) === COLON ? FieldKind.UNKNOWN_PSEUDO : FieldKind.REGULAR);
}

/** A token (RFC 9110, 5.6.2) without capitals; pseudo-headers start with a colon. */
export function isValidName(name: string): boolean {
  return /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name);
}

/** Visible characters, and blanks between them: what would end a field in HTTP/1 cannot pass. */
export function isValidValue(value: string): boolean {
  const length = value.length;
  if (length === 0) return true;
  for (let at = 0; at < length; at += 1) {
    const char = value.charCodeAt(at);
    if (char < SPACE ? char !== HTAB : char === DELETE || char > 0xff) return false;
  }
  return !isBlank(value.charCodeAt(0)) && !isBlank(value.charCodeAt(length - 1));
}

function isBlank(char: number): boolean {
  return char === SPACE || char === HTAB;
}
