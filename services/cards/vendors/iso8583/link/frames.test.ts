import fc from "fast-check";
import { expect, it } from "vitest";
import { createFrameReader, FrameError, frame, MAX_MESSAGE_OCTETS } from "./frames.ts";

const message = fc.uint8Array({ minLength: 12, maxLength: 400 }).map((octets) => Buffer.from(octets));

it("messages come out whole, however the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 90 })), (messages, sizes) => {
      const stream = Buffer.concat(messages.map(frame));
      const reader = createFrameReader();
      const read: Buffer[] = [];
      for (let at = 0, piece = 0; at < stream.length; piece++) {
        const size = sizes[piece] ?? 64;
        read.push(...reader.read(stream.subarray(at, at + size)));
        at += size;
      }
      expect(read.map((octets) => octets.toString("hex"))).toEqual(messages.map((octets) => octets.toString("hex")));
    }),
  );
});

it.each([0, 1, 11, MAX_MESSAGE_OCTETS + 1, 0xffff])("a length of %i is garbage", (length) => {
  const octets = Buffer.alloc(2);
  octets.writeUInt16BE(length);
  expect(() => createFrameReader().read(octets)).toThrow(FrameError);
});

it("a message too long for the peer is not framed", () => {
  expect(() => frame(Buffer.alloc(MAX_MESSAGE_OCTETS + 1))).toThrow(FrameError);
});
