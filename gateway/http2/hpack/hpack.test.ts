import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HeaderField } from "../contract.ts";
import { Output } from "../output.ts";
import { HeaderDecoder } from "./decoder.ts";
import { HeaderEncoder } from "./encoder.ts";
import type { Entry } from "./entry.ts";
import { staticFields } from "./static-table.ts";

function decode(decoder: HeaderDecoder, block: Buffer): HeaderField[] {
  const fields: HeaderField[] = [];
  decoder.decode(block, 0, block.length, { take: (entry: Entry) => fields.push(entry.field) });
  return fields;
}

function encode(encoder: HeaderEncoder, fields: readonly HeaderField[]): Buffer {
  const output = new Output();
  output.reserve(encoder.bound(fields));
  encoder.encode(fields, output);
  return output.slab.subarray(0, output.at);
}

const bytes = (hex: string) => Buffer.from(hex.replaceAll(/\s/g, ""), "hex");

const requests: HeaderField[][] = [
  [
    [":method", "GET"],
    [":scheme", "http"],
    [":path", "/"],
    [":authority", "www.example.com"],
  ],
  [
    [":method", "GET"],
    [":scheme", "http"],
    [":path", "/"],
    [":authority", "www.example.com"],
    ["cache-control", "no-cache"],
  ],
  [
    [":method", "GET"],
    [":scheme", "https"],
    [":path", "/index.html"],
    [":authority", "www.example.com"],
    ["custom-key", "custom-value"],
  ],
];

const responses: HeaderField[][] = [
  [
    [":status", "302"],
    ["cache-control", "private"],
    ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
    ["location", "https://www.example.com"],
  ],
  [
    [":status", "307"],
    ["cache-control", "private"],
    ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
    ["location", "https://www.example.com"],
  ],
  [
    [":status", "200"],
    ["cache-control", "private"],
    ["date", "Mon, 21 Oct 2013 20:13:22 GMT"],
    ["location", "https://www.example.com"],
    ["content-encoding", "gzip"],
    ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"],
  ],
];

/** The examples of RFC 7541, appendix C: a table's size, blocks of one connection, and what they say. */
const examples: Record<string, { tableBytes: number; blocks: string[]; sections: HeaderField[][] }> = {
  "C.3, requests without Huffman": {
    tableBytes: 4096,
    sections: requests,
    blocks: [
      "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
      "8286 84be 5808 6e6f 2d63 6163 6865",
      "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
    ],
  },
  "C.4, requests with Huffman": {
    tableBytes: 4096,
    sections: requests,
    blocks: [
      "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
      "8286 84be 5886 a8eb 1064 9cbf",
      "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
    ],
  },
  "C.5, responses without Huffman, entries pushed out": {
    tableBytes: 256,
    sections: responses,
    blocks: [
      `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120
       474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
      "4803 3330 37c1 c0bf",
      `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738
       666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33
       3630 303b 2076 6572 7369 6f6e 3d31`,
    ],
  },
  "C.6, responses with Huffman, entries pushed out": {
    tableBytes: 256,
    sections: responses,
    blocks: [
      `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718
       63c7 8f0b 97c8 e9ae 82ae 43d3`,
      "4883 640e ffc1 c0bf",
      `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7
       b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
    ],
  },
};

describe("decoding", () => {
  for (const [name, { tableBytes, blocks, sections }] of Object.entries(examples)) {
    it(`reads RFC 7541, ${name}`, () => {
      const decoder = new HeaderDecoder(tableBytes);
      expect(blocks.map((block) => decode(decoder, bytes(block)))).toEqual(sections);
    });
  }

  const corrupt: Record<string, string> = {
    "index 0": "80",
    "an index beyond the tables": "be",
    "a size update after a field": "82 20",
    "a table larger than agreed": "3f e2 1f",
    "an integer without end": "ff ff ff ff ff ff ff",
    "an integer cut off": "ff 80",
    "a string cut off": "40 05 61",
    "a literal without a value": "40 01 61",
    "EOS within a string": "00 85 f2 b2 4a 84 ff 84 49 50 9f ff",
    "padding of eight bits": "00 82 1f ff 01 61",
    "padding with zeros": "00 81 18 01 61",
  };
  for (const [name, block] of Object.entries(corrupt)) {
    it(`refuses ${name}`, () => {
      expect(() => decode(new HeaderDecoder(4096), bytes(block))).toThrow(expect.objectContaining({ code: 9 }));
    });
  }

  it("an entry larger than the table empties it", () => {
    const decoder = new HeaderDecoder(64);
    decode(decoder, bytes("40 01 61 01 62"));
    const large = Buffer.concat([bytes("40 01 61 40"), Buffer.alloc(64, "x")]);
    expect(decode(decoder, large)).toEqual([["a", "x".repeat(64)]]);
    expect(() => decode(decoder, bytes("be"))).toThrow(expect.objectContaining({ code: 9 }));
  });

  it("after a smaller limit was acknowledged, a block must begin by keeping to it", () => {
    const decoder = new HeaderDecoder(4096);
    decoder.allow(100);
    expect(() => decode(decoder, bytes("82"))).toThrow(expect.objectContaining({ code: 9 }));
    expect(decode(decoder, bytes("3f 45 82"))).toEqual([[":method", "GET"]]);
  });

  it("never fails otherwise than with COMPRESSION_ERROR, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), (blocks) => {
        const decoder = new HeaderDecoder(256);
        try {
          for (const block of blocks) decode(decoder, Buffer.from(block));
        } catch (error) {
          expect(error).toMatchObject({ name: "ConnectionFault", code: 9 });
        }
      }),
      { numRuns: 500 },
    );
  });
});

const name = fc.constantFrom(
  ...[...new Set(staticFields.map(([each]) => each))].filter((each) => !each.startsWith(":")),
  ..."abcdefgh".split("").map((letter) => `x-${letter.repeat(9)}`),
);
const value = fc.oneof(
  fc.constantFrom("", "gzip, deflate", "application/grpc", "true", "é".repeat(3), "v".repeat(200)),
  fc.stringMatching(/^[!-~]([ -~]{0,60}[!-~])?$/),
);
const section = fc.array(fc.tuple(name, value), { maxLength: 12 });

describe("encoding", () => {
  it("decodes to what it was, over many sections and changes of the table's size", () => {
    const step = fc.record({ fields: section, tableBytes: fc.option(fc.integer({ min: 0, max: 5000 })) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const [encoder, decoder] = [new HeaderEncoder(), new HeaderDecoder(4096)];
        for (const { fields, tableBytes } of steps) {
          if (tableBytes !== null) encoder.allow(tableBytes);
          expect(decode(decoder, encode(encoder, fields))).toEqual(fields);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("sends a field that repeats as one byte", () => {
    const encoder = new HeaderEncoder();
    const fields: HeaderField[] = [["user-agent", "malla-edge"]];
    expect(encode(encoder, fields).length).toBeGreaterThan(10);
    expect(encode(encoder, fields)).toEqual(bytes("be"));
  });

  it("keeps secrets and what changes out of the table", () => {
    const encoder = new HeaderEncoder();
    for (const each of ["authorization", "cookie", "set-cookie"]) {
      expect(encode(encoder, [[each, "secret"]]).readUInt8(0) & 0xf0).toBe(0x10);
    }
    for (const each of [":path", "grpc-timeout", "traceparent", "content-length"]) {
      expect(encode(encoder, [[each, "1"]]).readUInt8(0) & 0xf0).toBe(0);
    }
  });

  it("stops indexing a name whose values never come again", () => {
    const encoder = new HeaderEncoder();
    for (let count = 0; count < 40; count += 1) encode(encoder, [["x-changing", `v${count}`]]);
    expect(encode(encoder, [["x-changing", "next"]]).readUInt8(0)).toBe(0);
  });

  it("throws on what may not be sent, and stays in step with the decoder", () => {
    const [encoder, decoder] = [new HeaderEncoder(), new HeaderDecoder(4096)];
    decode(decoder, encode(encoder, [["x-kept", "1"]]));
    for (const bad of [
      ["x-bad", "a\r\nb"],
      ["x-bad", "€"],
      ["X-Bad", "1"],
      ["a b", "1"],
      ["x-bad", " a"],
    ] as const) {
      expect(() => encode(encoder, [["x-new", "1"], bad])).toThrow(TypeError);
      const fields: HeaderField[] = [
        ["x-kept", "1"],
        ["x-new", "1"],
      ];
      expect(decode(decoder, encode(encoder, fields))).toEqual(fields);
    }
  });
});
