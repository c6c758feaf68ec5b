/** Currencies by ISO 4217: letters here, digits on the wire. Those of the region, and what it trades in. */

const NUMBERS: Readonly<Record<string, string>> = {
  ARS: "032",
  BOB: "068",
  BRL: "986",
  CLP: "152",
  COP: "170",
  CRC: "188",
  CUP: "192",
  DOP: "214",
  EUR: "978",
  GTQ: "320",
  HNL: "340",
  MXN: "484",
  NIO: "558",
  PAB: "590",
  PEN: "604",
  PYG: "600",
  USD: "840",
  UYU: "858",
  VES: "928",
};

/** ISO 4217's number for "no currency": what the host has no account in, and so does not permit. */
const NO_CURRENCY = "999";

/** Field 49. */
export function currencyNumber(code: string): string {
  return NUMBERS[code] ?? NO_CURRENCY;
}
