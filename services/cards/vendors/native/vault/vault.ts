/** The vault: makes and keeps card numbers, and answers about PINs and security codes. Only it sees them in clear. */
import { createHmac, hkdfSync, randomInt, timingSafeEqual } from "node:crypto";
import { withCheckDigit } from "./luhn.ts";
import { decipherPin, type PinBlock, type PinFault, type ZoneKey } from "./pin-block.ts";
import { seal, unseal } from "./seal.ts";

/** A new number, as it is kept. */
export interface NewNumber {
  readonly bin: string;
  readonly lastFour: string;
  readonly sealed: Buffer;
  /** Equal for equal numbers, and tells nothing of them without the key. */
  readonly fingerprint: Buffer;
}

/** What the vault does. */
export interface Vault {
  newNumber(context: string): NewNumber;
  numberOf(sealed: Buffer, context: string): string;
  /** Three digits that belong to a number and its expiry; kept nowhere. */
  securityCodeOf(number: string, expiry: string): string;
  readPin(sent: PinBlock, number: string): { readonly pin: string } | PinFault;
  /** What is kept of a PIN: of no use without the key. */
  verificationValueOf(number: string, pin: string): Buffer;
  isPin(number: string, pin: string, value: Buffer): boolean;
  /** A secret that only who is told it knows; the same for the same words. */
  secretOf(...words: string[]): string;
}

/** What it is opened with. */
export interface VaultSettings {
  /** At least 24 random bytes, from which its keys are derived (HKDF, RFC 5869). */
  readonly key: Buffer;
  /** First digits of its numbers, six or eight. */
  readonly bin: string;
  readonly zones: ReadonlyMap<string, ZoneKey>;
}

const NUMBER_LENGTH = 16;

/** Opens it. Each purpose has a key of its own, derived from the one that it is given. */
export function openVault({ key, bin, zones }: VaultSettings): Vault {
  const keyFor = (purpose: string) =>
    Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), `malla cards ${purpose}`, 32));
  const keys = {
    numbers: keyFor("numbers"),
    fingerprints: keyFor("fingerprints"),
    pins: keyFor("pins"),
    codes: keyFor("codes"),
    secrets: keyFor("secrets"),
  };
  const verificationValueOf = (number: string, pin: string) => macOf(keys.pins, number, pin);
  return {
    newNumber(context) {
      const free = NUMBER_LENGTH - 1 - bin.length;
      const number = withCheckDigit(bin + String(randomInt(10 ** free)).padStart(free, "0"));
      return {
        bin,
        lastFour: number.slice(-4),
        sealed: seal(keys.numbers, number, context),
        fingerprint: macOf(keys.fingerprints, number),
      };
    },
    numberOf: (sealed, context) => unseal(keys.numbers, sealed, context),
    securityCodeOf: (number, expiry) =>
      String(macOf(keys.codes, number, expiry).readUInt32BE(0) % 1_000).padStart(3, "0"),
    readPin: (sent, number) => decipherPin(zones, sent, number),
    verificationValueOf,
    isPin: (number, pin, value) => timingSafeEqual(verificationValueOf(number, pin), value),
    secretOf: (...words) => macOf(keys.secrets, ...words).toString("base64url"),
  };
}

function macOf(key: Buffer, ...words: string[]): Buffer {
  return createHmac("sha256", key).update(JSON.stringify(words)).digest();
}
