import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AccountsService } from "#gen/malla/accounts/v1/accounts_service_pb.js";
import { Operation as ProductOperation } from "#gen/malla/products/v1/product_pb.js";
import { money, newBank, outcome, startMesh, type TestMesh } from "./mesh.ts";

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(() => mesh.stop());

/** How often each outcome came. */
async function tally(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const outcomes = await Promise.all(calls.map(outcome));
  return Object.fromEntries(
    Object.entries(Object.groupBy(outcomes, (one) => one)).map(([k, v]) => [k, v?.length ?? 0]),
  );
}

describe("at the same time,", () => {
  it("of two hundred withdrawals exactly as many succeed as the balance covers", async () => {
    const bank = newBank(mesh);
    const fees = [{ operation: ProductOperation.WITHDRAWAL, fixed: 1n }];
    const account = await bank.open({ product: await bank.product({ fees }), holding: 1_000n });
    const calls = Array.from({ length: 200 }, () => bank.accounts.withdraw(money(account, 12n)));
    expect(await tally(calls)).toEqual({ done: 76, INSUFFICIENT_FUNDS: 124 });
    expect(await bank.booked(account)).toBe(1_000n - 76n * 13n);
    expect(await bank.isBalanced()).toBe(true);
  });

  it("operations through two processes never pass a daily limit together", async () => {
    const bank = newBank(mesh);
    const twin = clientOf(await mesh.startTwin(), bank.tenant);
    const limits = [{ operation: ProductOperation.WITHDRAWAL, maxDailyAmount: 105n }];
    const account = await bank.open({ product: await bank.product({ limits }), holding: 10_000n });
    const calls = Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? bank.accounts : twin).withdraw(money(account, 10n)),
    );
    expect(await tally(calls)).toEqual({ done: 10, "LIMIT_EXCEEDED max_daily_amount": 30 });
    expect(await bank.booked(account)).toBe(9_900n);
  });

  it("one request_id sent forty times, to two processes, is one operation with one event", async () => {
    const bank = newBank(mesh);
    const twin = clientOf(await mesh.startTwin(), bank.tenant);
    const account = await bank.open({ holding: 100n });
    const request = money(account, 7n);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? bank.accounts : twin).withdraw(request)),
    );
    expect(new Set(answers.map(({ bookTime }) => `${bookTime?.seconds}.${bookTime?.nanos}`)).size).toBe(1);
    expect(await bank.booked(account)).toBe(93n);
    await bank.accounts.deposit(money(account, 1n));
    const events = await mesh.accounts.events(bank.tenant, 4);
    expect(events.map(({ type }) => type.split(".").at(-1))).toEqual([
      "AccountOpened",
      "DepositCompleted",
      "WithdrawalCompleted",
      "DepositCompleted",
    ]);
  });

  it("transfers back and forth between accounts end, and no money comes or goes", async () => {
    const bank = newBank(mesh);
    const accounts = await Promise.all([1, 2, 3].map(() => bank.open({ holding: 1_000n })));
    const calls = Array.from({ length: 120 }, (_, index) => {
      const [from, to] = [accounts[index % 3], accounts[(index + 1 + (index % 2)) % 3]];
      if (from === undefined || to === undefined) {
        throw new Error("three accounts were opened");
      }
      return bank.accounts.transfer({ ...money(from, BigInt(1 + (index % 50))), creditorAccount: to.name });
    });
    expect(await tally(calls)).toEqual({ done: 120 });
    const held = await Promise.all(accounts.map((account) => bank.booked(account)));
    expect(held.reduce((sum, one) => sum + one, 0n)).toBe(3_000n);
  });

  it("blocking lets what was decided end, and stops the rest", async () => {
    const bank = newBank(mesh);
    const account = await bank.open({ holding: 1_000n });
    const calls = Array.from({ length: 30 }, () => bank.accounts.withdraw(money(account, 1n)));
    await bank.accounts.blockAccount({ name: account.name, requestId: randomUUID() });
    const { done = 0, "ACCOUNT_NOT_OPEN BLOCKED": stopped = 0 } = await tally(calls);
    expect(done + stopped).toBe(30);
    expect(await bank.booked(account)).toBe(1_000n - BigInt(done));
    expect(await outcome(bank.accounts.withdraw(money(account, 1n)))).toBe("ACCOUNT_NOT_OPEN BLOCKED");
  });
});

function clientOf(service: TestMesh["accounts"], tenant: string) {
  return service.client(AccountsService, { tenant });
}
