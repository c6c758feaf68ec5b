import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AccountsService } from "#gen/malla/accounts/v1/accounts_service_pb.js";
import { Operation as ProductOperation } from "#gen/malla/products/v1/product_pb.js";
import { type Bank, money, newBank, outcome, startMesh, type TestMesh } from "./mesh.ts";

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(() => mesh.stop());

/** Runs work while every change of the ledger fails, before or after it took effect. */
async function whileBroken<T>(fault: "before" | "after", work: () => Promise<T>): Promise<T> {
  mesh.door.break(fault);
  try {
    return await work();
  } finally {
    mesh.door.break("none");
  }
}

/** Makes work that was left behind due at once, instead of in some seconds. */
async function makeDue(bank: Bank): Promise<void> {
  const sql = mesh.accounts.sql();
  await sql`update operations set resume_time = now() where tenant_id = ${bank.tenant}`;
  await sql`update accounts set resume_time = now() where tenant_id = ${bank.tenant}`;
}

/** Names of the events told for the bank, of which there are `count` at least. */
async function told(bank: Bank, count: number): Promise<(string | undefined)[]> {
  const events = await mesh.accounts.events(bank.tenant, count);
  return events.map(({ type }) => type.split(".").at(-1));
}

async function bankWithFee() {
  const bank = newBank(mesh);
  const fees = [{ operation: ProductOperation.WITHDRAWAL, fixed: 5n }];
  const account = await bank.open({ product: await bank.product({ fees }), holding: 1_000n });
  return { bank, account };
}

describe.each(["before", "after"] as const)("a crash %s the ledger moved the money", (fault) => {
  it("leaves an operation that the same call ends", async () => {
    const { bank, account } = await bankWithFee();
    const request = money(account, 100n);
    expect(await whileBroken(fault, () => outcome(bank.accounts.withdraw(request)))).toMatch(/^INTERNAL/);
    const operation = await bank.accounts.withdraw(request);
    expect(operation).toMatchObject({ amount: { minorUnits: 100n }, fee: { minorUnits: 5n } });
    expect(await bank.accounts.withdraw(request)).toEqual(operation);
    expect(await bank.booked(account)).toBe(895n);
    expect(await told(bank, 3)).toEqual(["AccountOpened", "DepositCompleted", "WithdrawalCompleted"]);
  });

  it("leaves an operation that is ended without the caller, once, with one event", async () => {
    const { bank, account } = await bankWithFee();
    const request = money(account, 100n);
    await whileBroken(fault, () => outcome(bank.accounts.withdraw(request)));
    await makeDue(bank);
    expect(await told(bank, 3)).toEqual(["AccountOpened", "DepositCompleted", "WithdrawalCompleted"]);
    expect((await bank.accounts.withdraw(request)).name).toBe(`operations/${request.requestId}`);
    await bank.accounts.deposit(money(account, 1n));
    expect(await told(bank, 4)).toEqual([
      "AccountOpened",
      "DepositCompleted",
      "WithdrawalCompleted",
      "DepositCompleted",
    ]);
    expect(await bank.booked(account)).toBe(896n);
    expect(await bank.isBalanced()).toBe(true);
  });

  it("leaves an opening that is ended without the caller", async () => {
    const bank = newBank(mesh);
    const request = { customer: "customers/br-ana", product: await bank.product(), requestId: randomUUID() };
    await whileBroken(fault, () => outcome(bank.accounts.openAccount(request)));
    expect((await bank.accounts.listAccounts({})).accounts).toEqual([]);
    await makeDue(bank);
    expect(await told(bank, 1)).toEqual(["AccountOpened"]);
    const account = await bank.accounts.openAccount(request);
    expect((await bank.accounts.listAccounts({})).accounts).toEqual([account]);
    await bank.accounts.deposit(money(account, 1n));
    expect(await told(bank, 2)).toEqual(["AccountOpened", "DepositCompleted"]);
  });

  it("leaves a refusal that is told when the call comes again", async () => {
    const { bank, account } = await bankWithFee();
    const request = money(account, 996n);
    await whileBroken(fault, () => outcome(bank.accounts.withdraw(request)));
    if (fault === "after") {
      // The ledger has judged: more money makes no difference to this request_id.
      await bank.accounts.deposit(money(account, 10_000n));
    }
    expect(await outcome(bank.accounts.withdraw(request))).toBe("INSUFFICIENT_FUNDS");
    expect(await outcome(bank.accounts.withdraw(request))).toBe("INSUFFICIENT_FUNDS");
  });
});

describe("an operation that was begun", () => {
  it("keeps its plan when terms change before it ends", async () => {
    const { bank, account } = await bankWithFee();
    const request = money(account, 100n);
    await whileBroken("before", () => outcome(bank.accounts.withdraw(request)));
    await bank.accounts.blockAccount({ name: account.name, requestId: randomUUID() });
    expect((await bank.accounts.withdraw(request)).fee?.minorUnits).toBe(5n);
    expect(await bank.booked(account)).toBe(895n);
  });

  it("counts towards the day's limit", async () => {
    const bank = newBank(mesh);
    const limits = [{ operation: ProductOperation.WITHDRAWAL, maxDailyAmount: 100n }];
    const account = await bank.open({ product: await bank.product({ limits }), holding: 1_000n });
    await whileBroken("before", () => outcome(bank.accounts.withdraw(money(account, 60n))));
    expect(await outcome(bank.accounts.withdraw(money(account, 60n)))).toBe("LIMIT_EXCEEDED max_daily_amount");
  });

  it("is ended once by the resumers of two processes and the caller together", async () => {
    await mesh.startTwin();
    const { bank, account } = await bankWithFee();
    const requests = Array.from({ length: 10 }, () => money(account, 10n));
    await whileBroken("after", () => Promise.all(requests.map((request) => outcome(bank.accounts.withdraw(request)))));
    await makeDue(bank);
    const outcomes = await Promise.all(requests.map((request) => outcome(bank.accounts.withdraw(request))));
    expect(outcomes).toEqual(requests.map(() => "done"));
    await bank.accounts.deposit(money(account, 1n));
    const withdrawals = requests.map(() => "WithdrawalCompleted");
    expect(await told(bank, 13)).toEqual(["AccountOpened", "DepositCompleted", ...withdrawals, "DepositCompleted"]);
    expect(await bank.booked(account)).toBe(1_000n - 150n + 1n);
  });

  it("whose caller stopped waiting is ended all the same", async () => {
    const { bank, account } = await bankWithFee();
    const hasty = mesh.accounts.client(AccountsService, { tenant: bank.tenant, timeoutMs: 300 });
    await mesh.door.holdWhile(async () => {
      expect(await outcome(hasty.withdraw(money(account, 100n)))).toMatch(/deadline/i);
    });
    await makeDue(bank);
    expect(await told(bank, 3)).toEqual(["AccountOpened", "DepositCompleted", "WithdrawalCompleted"]);
    expect(await bank.booked(account)).toBe(895n);
  });

  it("answers and ends without products, where a new one cannot be decided", async () => {
    const { bank, account } = await bankWithFee();
    const [done, begun] = [money(account, 10n), money(account, 20n)];
    const operation = await bank.accounts.withdraw(done);
    await whileBroken("before", () => outcome(bank.accounts.withdraw(begun)));
    // Nothing listens there.
    const alone = await mesh.startTwin({ MALLA_PRODUCTS_ADDRESS: "127.0.0.1:1" });
    const patient = alone.client(AccountsService, { tenant: bank.tenant });
    expect(await patient.withdraw(done)).toEqual(operation);
    expect(await outcome(patient.withdraw(begun))).toBe("done");
    const hasty = alone.client(AccountsService, { tenant: bank.tenant, timeoutMs: 1_000 });
    expect(await outcome(hasty.withdraw(money(account, 30n)))).toMatch(/deadline|DEPENDENCY_UNAVAILABLE/i);
    expect(await bank.booked(account)).toBe(960n);
  });
});
