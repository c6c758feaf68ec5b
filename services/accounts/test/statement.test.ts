import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StatementEntry_Kind as Kind } from "#gen/malla/accounts/v1/account_pb.js";
import { Operation as ProductOperation } from "#gen/malla/products/v1/product_pb.js";
import { money, newBank, outcome, startMesh, type TestMesh } from "./mesh.ts";

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(() => mesh.stop());

describe("a statement", () => {
  it("tells each movement with its fee, the other side and the balance after it, newest first", async () => {
    const bank = newBank(mesh);
    const fees = [{ operation: ProductOperation.TRANSFER, fixed: 5n }];
    const ana = await bank.open({ product: await bank.product({ fees }) });
    const bia = await bank.open();
    await bank.accounts.deposit({ ...money(ana, 100n), description: "salário" });
    const toBia = { ...money(ana, 30n), creditorAccount: bia.name, description: "aluguel" };
    const sent = await bank.accounts.transfer(toBia);
    await bank.accounts.withdraw({ ...money(ana, 20n), description: "" });

    const { entries } = await bank.accounts.listStatementEntries({ parent: ana.name });
    const lines = entries.map((entry) => [
      Kind[entry.kind],
      entry.amount?.minorUnits,
      entry.balanceAfter?.minorUnits,
      entry.counterpartyAccount,
      entry.description,
    ]);
    expect(lines).toEqual([
      ["WITHDRAWAL", -20n, 45n, "", ""],
      ["FEE", -5n, 65n, "", "aluguel"],
      ["TRANSFER_OUT", -30n, 70n, bia.name, "aluguel"],
      ["DEPOSIT", 100n, 100n, "", "salário"],
    ]);
    expect(entries[2]).toMatchObject({
      operation: sent.name,
      transferId: sent.transferIds[0],
      bookTime: sent.bookTime,
      amount: { currencyCode: "BRL" },
    });

    const ofBia = await bank.accounts.listStatementEntries({ parent: bia.name });
    expect(ofBia.entries).toHaveLength(1);
    expect(ofBia.entries[0]).toMatchObject({
      kind: Kind.TRANSFER_IN,
      amount: { minorUnits: 30n },
      counterpartyAccount: ana.name,
      description: "aluguel",
    });
  });

  it("has pages that stay the same while money moves", async () => {
    const bank = newBank(mesh);
    const account = await bank.open();
    for (let minor = 1n; minor <= 5n; minor++) {
      await bank.accounts.deposit(money(account, minor));
    }
    const first = await bank.accounts.listStatementEntries({ parent: account.name, pageSize: 2 });
    await bank.accounts.deposit(money(account, 6n));
    const second = await bank.accounts.listStatementEntries({
      parent: account.name,
      pageSize: 3,
      pageToken: first.nextPageToken,
    });
    const amounts = [...first.entries, ...second.entries].map((entry) => entry.amount?.minorUnits);
    expect(amounts).toEqual([5n, 4n, 3n, 2n, 1n]);
    expect(second.nextPageToken).toBe("");
  });

  it("holds what was booked from one time until another", async () => {
    const bank = newBank(mesh);
    const account = await bank.open();
    const [, second, third] = [
      await bank.accounts.deposit(money(account, 1n)),
      await bank.accounts.deposit(money(account, 2n)),
      await bank.accounts.deposit(money(account, 3n)),
    ];
    const between = {
      parent: account.name,
      ...(second.bookTime === undefined ? {} : { startTime: second.bookTime }),
      ...(third.bookTime === undefined ? {} : { endTime: third.bookTime }),
    };
    const { entries } = await bank.accounts.listStatementEntries(between);
    expect(entries.map((entry) => entry.amount?.minorUnits)).toEqual([2n]);
  });

  it("gives no page for another account's or filter's token", async () => {
    const bank = newBank(mesh);
    const [one, other] = [await bank.open(), await bank.open()];
    for (const account of [one, one, other]) {
      await bank.accounts.deposit(money(account, 1n));
    }
    const { nextPageToken: pageToken } = await bank.accounts.listStatementEntries({ parent: one.name, pageSize: 1 });
    const crossed = [
      bank.accounts.listStatementEntries({ parent: other.name, pageToken }),
      bank.accounts.listStatementEntries({ parent: one.name, pageToken, endTime: { seconds: 1n } }),
      bank.accounts.listStatementEntries({ parent: one.name, pageToken: `x${pageToken}` }),
    ];
    expect(await Promise.all(crossed.map(outcome))).toEqual(crossed.map(() => "PAGE_TOKEN_INVALID"));
  });

  it("shows money that moved past this service", async () => {
    const bank = newBank(mesh);
    const [one, other] = [await bank.open({ holding: 10n }), await bank.open()];
    const id = crypto.randomUUID();
    await bank.ledger.createTransfers({
      transfers: [
        {
          id,
          debitAccountId: one.ledgerAccountId,
          creditAccountId: other.ledgerAccountId,
          amount: { currencyCode: "BRL", minorUnits: 4n },
          code: 1,
          metadata: { operation: "not ours" },
        },
      ],
    });
    const { entries } = await bank.accounts.listStatementEntries({ parent: one.name, pageSize: 1 });
    expect(entries[0]).toMatchObject({
      transferId: id,
      kind: Kind.TRANSFER_OUT,
      operation: "",
      counterpartyAccount: "",
    });
  });
});
