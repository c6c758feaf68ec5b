/** The timeout of a call on the wire: at most eight digits and a unit (gRPC over HTTP/2, "Timeout"). */

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
const MAX_DIGITS_MS = 99_999_999;

/** Milliseconds, rounded up; undefined when the text is no timeout. */
export function parseTimeoutMs(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(text) ?? [];
  const scale = UNIT_MS[unit];
  return scale === undefined ? undefined : Math.ceil(Number(digits) * scale);
}

/** As milliseconds, or as seconds where those would take too many digits. */
export function formatTimeout(timeoutMs: number): string {
  const ms = Math.max(0, Math.floor(timeoutMs));
  return ms <= MAX_DIGITS_MS ? `${ms}m` : `${Math.min(MAX_DIGITS_MS, Math.floor(ms / 1_000))}S`;
}
