import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMessage, encodeMessage, IsoFormatError, type IsoMessage } from "./codec.ts";
import { FIELD_FORMATS, type FieldFormat } from "./fields.ts";

/** Octets written by hand: text between quotes as ASCII, the rest hexadecimal. */
function octets(text: string): Buffer {
  return Buffer.concat(
    [...text.matchAll(/"([^"]*)"|([0-9a-f]+)/g)].map(([, ascii, hex]) =>
      ascii === undefined ? Buffer.from(hex ?? "", "hex") : Buffer.from(ascii, "latin1"),
    ),
  );
}

const KNOWN: readonly { readonly name: string; readonly message: IsoMessage; readonly packed: string }[] = [
  {
    name: "a sign-on: bits 1, 7, 11, 33 and 70",
    message: { mti: "0800", fields: { 7: "0714101112", 11: "000001", 33: "12345", 70: "001" } },
    packed: `"0800" 8220000080000000 0400000000000000 "0714101112" "000001" "05""12345" "001"`,
  },
  {
    name: "an authorization request with a PIN block",
    message: {
      mti: "0100",
      fields: {
        2: "4761739001010119",
        3: "000000",
        4: "000000005000",
        7: "0911131411",
        11: "123456",
        37: "625413123456",
        41: "TERM0001",
        49: "986",
        52: "7434F67813BAE545",
      },
    },
    // bits 2 3 4 7 | 11 | - | - | 37 | 41 | 49 52 | -
    packed: `"0100" 7220000008809000 "16""4761739001010119" "000000" "000000005000" "0911131411" "123456" "625413123456"
      "TERM0001" "986" 7434f67813bae545`,
  },
  {
    name: "its answer, approved in part",
    message: {
      mti: "0110",
      fields: { 4: "000000003000", 11: "123456", 38: "A1B2C3", 39: "10", 54: "0040986D000000005000" },
    },
    packed: `"0110" 1020000006000400 "000000003000" "123456" "A1B2C3" "10" "020""0040986D000000005000"`,
  },
  {
    name: "a reversal with its original data elements and replacement amounts",
    message: {
      mti: "0420",
      fields: {
        4: "000000005000",
        90: "010012345609111314110000000000000000000000",
        95: "000000002000000000000000000000000000000000",
      },
    },
    // secondary: 90 is bit 26 of it, 95 is bit 31
    packed: `"0420" 9000000000000000 0000004200000000 "000000005000" "010012345609111314110000000000000000000000"
      "000000002000000000000000000000000000000000"`,
  },
];

describe("known messages", () => {
  it.each(KNOWN)("$name is packed as the standard says", ({ message, packed }) => {
    expect(encodeMessage(message).toString("hex")).toBe(octets(packed).toString("hex"));
  });
  it.each(KNOWN)("$name is unpacked", ({ message, packed }) => {
    expect(decodeMessage(octets(packed))).toEqual(message);
  });
});

describe("what is no message is refused", () => {
  it.each<[string, Buffer, RegExp]>([
    ["nothing", octets(""), /ends within the message type/],
    ["letters for a type", octets(`"GET " 0000000000000000`), /message type/],
    ["a version of later years", octets(`"1100" 0000000000000000`), /message type/],
    ["half a bitmap", octets(`"0800" 82200000`), /ends within the bitmap/],
    ["no secondary bitmap where one is said", octets(`"0800" 8000000000000000 04`), /secondary bitmap/],
    ["a fixed field cut off", octets(`"0800" 0020000000000000 "0000"`), /ends within field 11/],
    ["a variable field cut off", octets(`"0100" 4000000000000000 "16""4761"`), /ends within field 2/],
    ["a length that is no number", octets(`"0100" 4000000000000000 "x6""4761"`), /length of field 2/],
    ["a length beyond the field's", octets(`"0100" 4000000000000000 "20""12345678901234567890"`), /20 long/],
    ["letters among digits", octets(`"0800" 0020000000000000 "0000A1"`), /field 11/],
    ["octets beyond ASCII", octets(`"0100" 0000000000400000 "caf" e9 "           "`), /field 42/],
    ["more after the end", octets(`"0800" 0020000000000000 "000001" 00`), /1 octets follow/],
    ["field 65, which this version has not", octets(`"0800" 8000000000000000 8000000000000000 00`), /field 65/],
  ])("%s", (_name, packed, fault) => {
    expect(() => decodeMessage(packed)).toThrow(IsoFormatError);
    expect(() => decodeMessage(packed)).toThrow(fault);
  });

  it.each<[string, IsoMessage]>([
    ["a field too long", { mti: "0100", fields: { 2: "12345678901234567890" } }],
    ["a fixed field too short", { mti: "0100", fields: { 4: "5000" } }],
    ["an unknown field", { mti: "0100", fields: { 1: "00" } }],
    ["text that is not ASCII", { mti: "0100", fields: { 43: "São Paulo".padEnd(40) } }],
    ["a type that is none", { mti: "9999", fields: {} }],
  ])("%s is not sent", (_name, message) => {
    expect(() => encodeMessage(message)).toThrow(IsoFormatError);
  });
});

describe("any message", () => {
  it("comes back as it went", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(decodeMessage(encodeMessage(message))).toEqual(message);
      }),
      { numRuns: 500 },
    );
  });

  it("cut short anywhere is refused", () => {
    fc.assert(
      fc.property(anyMessage, fc.double({ min: 0, max: 1, noNaN: true }), (message, where) => {
        const packed = encodeMessage(message);
        const cut = packed.subarray(0, Math.min(packed.length - 1, Math.floor(packed.length * where)));
        expect(() => decodeMessage(cut)).toThrow(IsoFormatError);
      }),
      { numRuns: 500 },
    );
  });

  it("of random octets is refused, or is one that packs to the same octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        const packed = Buffer.concat([Buffer.from("0100"), random]);
        let message: IsoMessage;
        try {
          message = decodeMessage(packed);
        } catch (error) {
          expect(error).toBeInstanceOf(IsoFormatError);
          return;
        }
        expect(decodeMessage(encodeMessage(message))).toEqual(message);
      }),
      { numRuns: 2_000 },
    );
  });
});

const CHARACTERS = {
  n: "0123456789",
  a: "ABCXYZabcxyz",
  an: "ABCxyz0189 ",
  ans: " !\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~",
  z: "0123456789=D",
  x: "0123456789",
  b: "0123456789ABCDEF",
} as const;

function anyValueOf({ content, length, lengthDigits }: FieldFormat): fc.Arbitrary<string> {
  const characters = content === "b" ? length * 2 : content === "x" ? length - 1 : length;
  const text = fc.string({
    unit: fc.constantFrom(...CHARACTERS[content]),
    minLength: lengthDigits === 0 ? characters : 1,
    maxLength: characters,
  });
  return content === "x" ? fc.tuple(fc.constantFrom("C", "D"), text).map((parts) => parts.join("")) : text;
}

const anyMessage: fc.Arbitrary<IsoMessage> = fc
  .tuple(
    fc.constantFrom("0100", "0110", "0120", "0200", "0302", "0312", "0400", "0421", "0430", "0800"),
    fc.subarray([...FIELD_FORMATS.keys()], { maxLength: 20 }).chain((fields) =>
      fc.record(
        Object.fromEntries(
          fields.flatMap((field) => {
            const format = FIELD_FORMATS.get(field);
            return format === undefined ? [] : [[field, anyValueOf(format)] as const];
          }),
        ),
      ),
    ),
  )
  // What fast-check makes has no prototype; what is unpacked has.
  .map(([mti, fields]) => ({ mti, fields: { ...fields } }));
