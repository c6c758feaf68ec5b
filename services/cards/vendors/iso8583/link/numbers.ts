/** The numbers by which an exchange is known: trace number, retrieval reference, time of transmission. */

/** Numbers of one exchange; its repeats and its reversal carry them too. */
export interface ExchangeNumbers {
  /** Field 11, n6. */
  readonly stan: string;
  /** Field 37, an12: last digit of the year, day of the year, hour, then the STAN. */
  readonly rrn: string;
  /** Field 7, MMDDhhmmss in UTC. */
  readonly transmitted: string;
}

/** Gives each exchange its numbers. */
export interface Numbers {
  next(): Promise<ExchangeNumbers>;
}

/** STANs run from 1 to here, and then anew. */
export const LAST_STAN = 999_999;

/** Numbers of an exchange that begins at a time. */
export function numbersOf(stan: number, at: Date): ExchangeNumbers {
  const text = String(stan).padStart(6, "0");
  const iso = at.toISOString();
  const dayOfYear = Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  return {
    stan: text,
    rrn: `${iso.slice(3, 4)}${String(dayOfYear).padStart(3, "0")}${iso.slice(11, 13)}${text}`,
    transmitted: iso.slice(5, 19).replaceAll(/[-T:]/g, ""),
  };
}
