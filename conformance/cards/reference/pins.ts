/** PINs in the reference vendor: deciphered under one zone key of format 4. */
import { createDecipheriv } from "node:crypto";
import { Code as RpcCode } from "@connectrpc/connect";
import { type PinBlock, PinBlock_Format } from "#gen/malla/cards/v1/card_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";
import type { KeptCard } from "./books.ts";
import type { Code } from "./codes.ts";

/** Parameters that name the zone key to the suite. */
export const REFERENCE_PIN_PARAMETERS = {
  pin_key_id: "zone-1",
  pin_key: "00112233445566778899aabbccddeeff",
  pin_format: "4",
} as const;

const MAX_WRONG_PINS = 3;

/** The PIN of a block; why not, where it cannot be read. */
export function decipherPin({ card: _, number }: KeptCard, block: PinBlock): { pin: string } | { fault: PinFault } {
  if (block.keyId !== REFERENCE_PIN_PARAMETERS.pin_key_id || block.format !== PinBlock_Format.ISO_4) {
    return { fault: "PIN_KEY_UNKNOWN" };
  }
  if (block.block.length !== 16) {
    return { fault: "PIN_BLOCK_INVALID" };
  }
  const numberField = Buffer.from(`${number.length - 12}${number}`.padEnd(32, "0"), "hex");
  const middle = decipher(Buffer.from(block.block)).map((byte, index) => byte ^ (numberField[index] ?? 0));
  const plain = decipher(Buffer.from(middle)).toString("hex");
  const length = Number.parseInt(plain[1] ?? "0", 16);
  const pin = plain.slice(2, 2 + length);
  const fill = plain.slice(2 + length, 16);
  const isSound = plain.startsWith("4") && length >= 4 && length <= 12 && /^[0-9]+$/.test(pin) && /^a*$/.test(fill);
  return isSound ? { pin } : { fault: "PIN_BLOCK_INVALID" };
}

/** Why a block cannot be read. */
export type PinFault = "PIN_KEY_UNKNOWN" | "PIN_BLOCK_INVALID";

/** The error of a fault. */
export function pinRefused(reason: PinFault | "PIN_NOT_SET"): Error {
  const code = reason === "PIN_NOT_SET" ? RpcCode.FailedPrecondition : RpcCode.InvalidArgument;
  return rpcError({ code, reason, domain: "cards.malla", message: "the PIN cannot be used" });
}

/** Checks a PIN, and counts the wrong ones. */
export function checkPin(kept: KeptCard, block: PinBlock): Code {
  const read = decipherPin(kept, block);
  if ("fault" in read) {
    return "81";
  }
  if (kept.wrongPins >= MAX_WRONG_PINS) {
    return "75";
  }
  if (kept.pin !== read.pin) {
    kept.wrongPins += 1;
    return "55";
  }
  kept.wrongPins = 0;
  return "00";
}

function decipher(block: Buffer): Buffer {
  const key = Buffer.from(REFERENCE_PIN_PARAMETERS.pin_key, "hex");
  const cipher = createDecipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}
