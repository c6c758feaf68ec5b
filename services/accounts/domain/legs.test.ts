import fc from "fast-check";
import { validate, version } from "uuid";
import { describe, expect, it } from "vitest";
import { internalAccountId } from "./chart.ts";
import { feeTransferId, legsOf } from "./legs.ts";
import { aCreditor, anAccount, anOrder } from "./testing/build.ts";

const own = anAccount().ledgerAccountId;
const other = aCreditor().ledgerAccountId;
const cash = internalAccountId("banco", "cash", "BRL");
const income = internalAccountId("banco", "feeIncome", "BRL");
const parties = { tenant: "banco", account: anAccount(), creditor: undefined };

describe("legs", () => {
  it.each([
    ["deposit", cash, own],
    ["withdrawal", own, cash],
    ["transfer", own, other],
  ] as const)("of a %s debit one side and credit the other", (kind, debitAccountId, creditAccountId) => {
    const creditor = kind === "transfer" ? aCreditor() : undefined;
    expect(legsOf(anOrder({ kind }), 0n, { ...parties, creditor })).toEqual([
      expect.objectContaining({ transferId: anOrder().id, debitAccountId, creditAccountId, amount: 10_000n }),
    ]);
  });

  it("charge the fee after the amount, to the account acted on", () => {
    const legs = legsOf(anOrder({ kind: "transfer" }), 175n, { ...parties, creditor: aCreditor() });
    expect(legs).toHaveLength(2);
    expect(legs[1]).toMatchObject({ debitAccountId: own, creditAccountId: income, amount: 175n });
  });
});

describe("ids", () => {
  const uuids = fc.uuid();

  it("of fees are UUIDs of their own that keep the time of the operation's", () => {
    fc.assert(
      fc.property(uuids, (id) => {
        const derived = feeTransferId(id);
        expect([validate(derived), version(derived)]).toEqual([true, 8]);
        expect(derived.slice(0, "01234567-89ab".length)).toBe(id.slice(0, "01234567-89ab".length));
        expect(derived).not.toBe(id);
        expect(feeTransferId(id)).toBe(derived);
      }),
    );
  });

  it("stay what they were when the books were begun", () => {
    expect(feeTransferId("0192d4c1-7e5f-7abc-8def-0123456789ab")).toMatchInlineSnapshot(
      `"0192d4c1-7e5f-8604-b7b1-89ed9df7ee3e"`,
    );
    expect(cash).toMatchInlineSnapshot(`"cd9a401e-3a8b-5c3a-b6ed-f1b40848828b"`);
  });

  it("of the bank's own accounts differ by tenant, role and currency", () => {
    const ids = ["banco", "banka"].flatMap((tenant) =>
      (["cash", "feeIncome"] as const).flatMap((role) =>
        ["BRL", "MXN"].map((currency) => internalAccountId(tenant, role, currency)),
      ),
    );
    expect(new Set(ids).size).toBe(8);
  });
});
