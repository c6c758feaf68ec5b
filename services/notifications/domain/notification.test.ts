import { expect, it } from "vitest";
import { tellBothSides, tellHolder } from "./notification.ts";

const happened = { operation: "operations/1", currencyCode: "BRL", amountMinor: 100n };
const ana = { account: "accounts/a", customer: "customers/ana" };

it("of a deposit its holder is told", () => {
  expect(tellHolder("deposit", happened, ana)).toEqual([{ ...happened, ...ana, kind: "deposit" }]);
});

it("of a transfer both sides are told, also when they are one customer", () => {
  const hers = { account: "accounts/b", customer: "customers/ana" };
  expect(tellBothSides(happened, ana, hers).map(({ account, kind }) => [account, kind])).toEqual([
    ["accounts/a", "transfer_sent"],
    ["accounts/b", "transfer_received"],
  ]);
});
