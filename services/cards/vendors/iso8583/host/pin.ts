/** PINs: blocks of ISO 9564-1, format 0, under the keys of the zone. */
import { createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";
import type { IsoMessage } from "../link/codec.ts";
import { unpackPrivateData } from "../link/private-data.ts";
import type { Card, PinReference } from "./books.ts";

/** Keys by name: triple DES of double length. */
export type ZoneKeys = ReadonlyMap<string, Buffer>;

/** What the setting must look like: "name=32 hexadecimal digits". */
export const ZONE_KEYS = /^[A-Za-z0-9._-]{1,64}=[0-9a-fA-F]{32}(;[A-Za-z0-9._-]{1,64}=[0-9a-fA-F]{32})*$/;

/** Reads the setting. */
export function readZoneKeys(text: string): ZoneKeys {
  return new Map(
    text.split(";").map((one) => {
      const equals = one.indexOf("=");
      return [one.slice(0, equals), Buffer.from(one.slice(equals + 1), "hex")] as const;
    }),
  );
}

/** Why a PIN cannot be looked at, as element PE tells it: no such key, no such block, no PIN to compare with. */
export type PinFault = "K" | "B" | "N";

/** Wrong PINs in a row after which none is right any more, until one is set. */
const MAX_FAILURES = 3;

/** The reference of the PIN in a message's field 52 for a card, or why there is none. */
export function pinOf(message: IsoMessage, pan: string, keys: ZoneKeys): PinReference | PinFault {
  const keyId = unpackPrivateData(message.fields[48])["KI"] ?? "";
  const key = keys.get(keyId);
  if (key === undefined) {
    return "K";
  }
  const pin = decipherFormatZero(key, Buffer.from(message.fields[52] ?? "", "hex"), pan);
  return pin === undefined ? "B" : { keyId, digest: digestOf(key, pan, pin) };
}

/** "right" and "wrong" are told apart; "locked" once there were too many wrong ones. */
export function comparePin(card: Card, given: PinReference, keys: ZoneKeys): "right" | "wrong" | "locked" {
  if (card.pinFailures >= MAX_FAILURES) {
    return "locked";
  }
  const isSame =
    card.pin !== undefined &&
    card.pin.keyId === given.keyId &&
    keys.has(given.keyId) &&
    timingSafeEqual(Buffer.from(card.pin.digest, "hex"), Buffer.from(given.digest, "hex"));
  return isSame ? "right" : "wrong";
}

/** Format 0: 0, length, digits and F, combined with the twelve digits of the number before its check digit. */
function decipherFormatZero(key: Buffer, block: Buffer, pan: string): string | undefined {
  if (block.length !== 8) {
    return undefined;
  }
  const decipher = createDecipheriv("des-ede3-ecb", Buffer.concat([key, key.subarray(0, 8)]), null);
  decipher.setAutoPadding(false);
  const clear = Buffer.concat([decipher.update(block), decipher.final()]);
  const number = Buffer.from(`0000${pan.slice(-13, -1)}`, "hex");
  const text = Buffer.from(clear.map((octet, index) => octet ^ (number[index] ?? 0))).toString("hex");
  const length = Number.parseInt(text[1] ?? "", 16);
  const pin = text.slice(2, 2 + length);
  const isFormatZero = text.startsWith("0") && length >= 4 && length <= 12 && /^f*$/.test(text.slice(2 + length));
  return isFormatZero && /^[0-9]+$/.test(pin) ? pin : undefined;
}

function digestOf(key: Buffer, pan: string, pin: string): string {
  return createHmac("sha256", key).update(`${pan}/${pin}`).digest("hex");
}
