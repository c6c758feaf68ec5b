import { expect, it } from "vitest";
import { openVault } from "./vault.ts";

const vault = openVault("a secret of at least 32 characters");

it("opens what it sealed, for whom it was sealed, and seals it differently each time", () => {
  const sealed = vault.seal("5067123412345678", "t/card/1");
  expect(vault.open(sealed, "t/card/1")).toBe("5067123412345678");
  expect(openVault("a secret of at least 32 characters").open(sealed, "t/card/1")).toBe("5067123412345678");
  expect(vault.seal("5067123412345678", "t/card/1").equals(sealed)).toBe(false);
  expect(sealed.includes("5067")).toBe(false);
});

it("opens nothing for another, under another secret, or that was changed", () => {
  const sealed = vault.seal("5067123412345678", "t/card/1");
  expect(() => vault.open(sealed, "t/card/2")).toThrow();
  expect(() => openVault("another secret of 32 characters..").open(sealed, "t/card/1")).toThrow();
  const changed = Buffer.from(sealed);
  changed.writeUInt8(changed.readUInt8(30) ^ 1, 30);
  expect(() => vault.open(changed, "t/card/1")).toThrow();
});
