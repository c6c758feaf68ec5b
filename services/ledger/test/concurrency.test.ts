import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";
import { account, balanceOf, deposit, make, send, transfer } from "./build.ts";

let service: TestService;

beforeAll(async () => {
  service = await startTestService(ledgerProgram);
});
afterAll(() => service.stop());

const count = (statuses: readonly string[], status: string) => statuses.filter((found) => found === status).length;

describe("LEDGER-025: two hundred withdrawals at once that together exceed the balance", () => {
  it("succeed exactly as many times as the balance covers", async () => {
    const client = service.client(LedgerService, { tenant: "bank-one" });
    const [cash, ana] = [account(), deposit()];
    await make(client, cash, ana);
    await send(client, transfer(cash, ana, 1_234n));
    const all = await Promise.all(Array.from({ length: 200 }, () => send(client, transfer(ana, cash, 10n))));
    expect(count(all.flat(), "CREATED")).toBe(123);
    expect(count(all.flat(), "EXCEEDS_CREDITS")).toBe(77);
    expect(await balanceOf(client, ana)).toBe(4n);
  });

  it("also with an overdraft, and each has a book time of its own", async () => {
    const client = service.client(LedgerService, { tenant: "bank-two" });
    const [cash, ana] = [account(), deposit(30n)];
    await make(client, cash, ana);
    await send(client, transfer(cash, ana, 470n));
    const all = await Promise.all(Array.from({ length: 200 }, () => send(client, transfer(ana, cash, 10n))));
    expect(count(all.flat(), "CREATED")).toBe(50);
    expect(await balanceOf(client, ana)).toBe(-30n);
    const rows = await service.sql()<{ times: number; transfers: number }[]>`
      select count(distinct book_time_ns)::int as times, count(*)::int as transfers
      from transfers where tenant_id = 'bank-two'`;
    // LEDGER-003
    expect(rows[0]).toEqual({ times: 51, transfers: 51 });
  });
});

it("LEDGER-020: one transfer sent a hundred times at once over two connections is posted once", async () => {
  const clients = [0, 1].map(() => service.client(LedgerService, { tenant: "bank-three" }));
  const [cash, ana] = [account(), deposit()];
  await Promise.all(clients.slice(0, 1).map((client) => make(client, cash, ana)));
  const asked = transfer(cash, ana, 5n);
  const all = await Promise.all(Array.from({ length: 50 }).flatMap(() => clients.map((client) => send(client, asked))));
  expect(count(all.flat(), "CREATED")).toBe(1);
  expect(count(all.flat(), "EXISTS")).toBe(99);
  await Promise.all(clients.map(async (client) => expect(await balanceOf(client, ana)).toBe(5n)));
});

it("LEDGER-001: random transfers at once leave every book balanced, in memory and in the database", async () => {
  const tenant = "bank-four";
  const client = service.client(LedgerService, { tenant });
  const accounts = Array.from({ length: 10 }, (_, index) => (index === 0 ? account() : deposit()));
  await make(client, ...accounts);
  const pick = (index: number) => accounts[index % accounts.length] ?? account();
  await Promise.all(
    Array.from({ length: 120 }, (_, round) =>
      send(
        client,
        ...Array.from({ length: 5 }, (_, item) => {
          const debit = round * 7 + item * 3;
          return transfer(pick(item === 0 ? 0 : debit), pick(debit + 1 + (round % 8)), BigInt(1 + (debit % 9)));
        }),
      ),
    ),
  );
  const { lines } = await client.getTrialBalance({});
  expect(lines).toMatchObject([{ ledger: 1, currencyCode: "BRL", accountCount: 10n, balanced: true }]);
  const sums = await service.sql()<{ id: string; debits: string; credits: string }[]>`
    select id, (select coalesce(sum(amount), 0) from transfers where tenant_id = ${tenant} and debit_account_id = accounts.id) as debits,
      (select coalesce(sum(amount), 0) from transfers where tenant_id = ${tenant} and credit_account_id = accounts.id) as credits
    from accounts where tenant_id = ${tenant}`;
  const found = await client.lookupAccounts({ ids: sums.map(({ id }) => id) });
  expect(found.accounts.map(({ debitsPosted, creditsPosted }) => [debitsPosted, creditsPosted])).toEqual(
    sums.map(({ debits, credits }) => [BigInt(debits), BigInt(credits)]),
  );
});
