import { createCipheriv } from "node:crypto";
import { describe, expect, it } from "vitest";
import { PinBlock_Format } from "#gen/malla/cards/v1/card_pb.js";
import { encipherPin } from "../../../../../conformance/cards/pin-block.ts";
import { isCardNumber, withCheckDigit } from "./luhn.ts";
import { decipherPin } from "./pin-block.ts";
import { seal, unseal } from "./seal.ts";
import { openVault } from "./vault.ts";

const key = Buffer.from("00112233445566778899aabbccddeeff", "hex");
const number = withCheckDigit("999999010000000");
const zones = new Map([
  ["aes", { format: 4 as const, key }],
  ["des", { format: 0 as const, key }],
]);
const vault = openVault({ key: Buffer.alloc(32, 1), bin: "99999901", zones });

describe("numbers", () => {
  it.each([
    ["4111111111111111", true],
    ["4111111111111112", false],
    ["5500005555555559", true],
    ["371449635398431", true],
    ["1234", false],
  ])("%s", (given, isGood) => expect(isCardNumber(given)).toBe(isGood));

  it("made here pass the check, begin with the BIN, and come back only for their card", () => {
    const made = vault.newNumber("tenant/card");
    const opened = vault.numberOf(made.sealed, "tenant/card");
    expect(isCardNumber(opened) && opened.startsWith("99999901") && opened.endsWith(made.lastFour)).toBe(true);
    expect(() => vault.numberOf(made.sealed, "tenant/other")).toThrow();
  });

  it("sealed are told by nothing without the key, and by no changed byte", () => {
    const sealed = seal(Buffer.alloc(32, 2), number, "c");
    expect(sealed.includes(Buffer.from(number))).toBe(false);
    for (const place of [0, 40, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(place) ^ 1, place);
      expect(() => unseal(Buffer.alloc(32, 2), changed, "c")).toThrow();
    }
    expect(() => unseal(Buffer.alloc(32, 3), sealed, "c")).toThrow();
  });
});

describe("PIN blocks", () => {
  const zoneOf = (format: 0 | 4) => ({
    id: format === 0 ? "des" : "aes",
    format: format === 0 ? PinBlock_Format.ISO_0 : PinBlock_Format.ISO_4,
    key,
  });
  const read = (format: 0 | 4, pin: string, of: string) => {
    const { keyId, block } = encipherPin(zoneOf(format), pin, number);
    return decipherPin(zones, { format, keyId, block: Buffer.from(block) }, of);
  };

  it.each(["1234", "12345", "123456789012"])("%s comes back from both formats", (pin) => {
    expect([read(0, pin, number), read(4, pin, number)]).toEqual([{ pin }, { pin }]);
  });

  it("are of one card: with another's number they hold no such PIN", () => {
    const other = withCheckDigit("999999019876543");
    expect(read(0, "1234", other)).not.toEqual({ pin: "1234" });
    expect(read(4, "1234", other)).toBe("pin_block_invalid");
  });

  it.each([
    ["unknown key", { format: 4 as const, keyId: "none", block: Buffer.alloc(16) }, "pin_key_unknown"],
    ["key of another format", { format: 0 as const, keyId: "aes", block: Buffer.alloc(8) }, "pin_key_unknown"],
    ["too short", { format: 4 as const, keyId: "aes", block: Buffer.alloc(8) }, "pin_block_invalid"],
    ["garbage", { format: 4 as const, keyId: "aes", block: Buffer.alloc(16, 9) }, "pin_block_invalid"],
  ])("%s is refused", (_what, sent, fault) => {
    expect(decipherPin(zones, sent, number)).toBe(fault);
  });

  it("two of one PIN differ in format 4", () => {
    const [first, second] = [encipherPin(zoneOf(4), "1234", number), encipherPin(zoneOf(4), "1234", number)];
    expect(Buffer.from(first.block).equals(Buffer.from(second.block))).toBe(false);
  });

  // ISO 9564-1, format 0: PIN 1234 and the number 43219876543210987 make the clear block 0412AC89ABCDEF67.
  it("of format 0 have the fields that the standard draws", () => {
    const cipher = createCipheriv("des-ede3-ecb", Buffer.concat([key, key.subarray(0, 8)]), null).setAutoPadding(false);
    const block = Buffer.concat([cipher.update(Buffer.from("0412ac89abcdef67", "hex")), cipher.final()]);
    expect(decipherPin(zones, { format: 0, keyId: "des", block }, "43219876543210987")).toEqual({ pin: "1234" });
  });
});
