/** Which headers pass, and what the transcoder itself reads from them. */
import { refusalOf } from "./refusal.ts";

/** Copies the allowed headers. */
export function pickHeaders(from: Headers, allowed: readonly string[], into: Headers = new Headers()): Headers {
  for (const name of allowed) {
    // Set-Cookie is the one header that cannot be joined by commas (RFC 6265, 3).
    if (name.toLowerCase() === "set-cookie") for (const cookie of from.getSetCookie()) into.append(name, cookie);
    else {
      const value = from.get(name);
      if (value !== null) into.set(name, value);
    }
  }
  return into;
}

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/**
 * The time the client gives the call, in whole milliseconds, rounded up: the shorter of Grpc-Timeout (gRPC over HTTP/2:
 * at most eight digits and a unit) and X-Request-Timeout (seconds, decimal).
 *
 * @throws Refusal TIMEOUT_INVALID
 */
export function readTimeoutMs(header: Headers): number | undefined {
  const grpc = header.get("grpc-timeout");
  const seconds = header.get("x-request-timeout");
  if (grpc === null && seconds === null) return undefined;
  const limits: number[] = [];
  if (grpc !== null) {
    const [, digits, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(grpc) ?? [];
    const scale = unitMs[unit];
    if (scale === undefined)
      throw refusalOf("TIMEOUT_INVALID", "grpc-timeout", "expected a timeout such as 500m or 2S");
    limits.push(Number(digits) * scale);
  }
  if (seconds !== null) {
    if (!/^\d{1,9}(?:\.\d{1,9})?$/.test(seconds)) {
      throw refusalOf("TIMEOUT_INVALID", "x-request-timeout", "expected seconds such as 2 or 0.5");
    }
    limits.push(Number(seconds) * 1000);
  }
  return Math.ceil(Math.min(...limits));
}
