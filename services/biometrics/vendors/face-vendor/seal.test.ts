import { expect, it } from "vitest";
import { createSealer, digestOf } from "./seal.ts";

const descriptor = Float32Array.from({ length: 128 }, (_, index) => index / 7);
const sealer = createSealer(Buffer.alloc(32, 7));

it("a sealed template opens for its tenant and its name alone, under its key, unchanged", () => {
  const sealed = sealer.seal("a", "t1", descriptor);
  expect(sealer.unseal("a", "t1", sealed)).toEqual(descriptor);
  expect(() => sealer.unseal("b", "t1", sealed)).toThrow();
  expect(() => sealer.unseal("a", "t2", sealed)).toThrow();
  expect(() => createSealer(Buffer.alloc(32, 8)).unseal("a", "t1", sealed)).toThrow();
  const changed = Buffer.from(sealed);
  changed[40] = (changed[40] ?? 0) ^ 1;
  expect(() => sealer.unseal("a", "t1", changed)).toThrow();
});

it("sealed twice it is not the same, nor is its digest", () => {
  const [one, two] = [sealer.seal("a", "t1", descriptor), sealer.seal("a", "t1", descriptor)];
  expect(digestOf(one).equals(digestOf(two))).toBe(false);
  expect(digestOf(one).length).toBe(32);
});
