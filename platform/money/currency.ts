/** Currencies by ISO 4217. */

const CODES = new Set(Intl.supportedValuesOf("currency"));

/** Whether a code is a currency of ISO 4217, past ones included. */
export function isCurrencyCode(code: string): boolean {
  return CODES.has(code);
}
