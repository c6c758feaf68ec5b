import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";
import { account, balanceOf, deposit, make, send, transfer } from "./build.ts";

let one: TestService;
let other: TestService;

beforeAll(async () => {
  one = await startTestService(ledgerProgram);
  other = await startTestService(ledgerProgram, { databaseOf: one });
});
afterAll(async () => {
  await other.stop();
  await one.stop();
});

const count = (statuses: readonly string[], status: string) => statuses.filter((found) => found === status).length;

describe("LEDGER-025: two hundred withdrawals at once that together exceed the balance", () => {
  it("succeed exactly as many times as the balance covers", async () => {
    const client = one.client(LedgerService, { tenant: "bank-one" });
    const [cash, ana] = [account(), deposit()];
    await make(client, cash, ana);
    await send(client, transfer(cash, ana, 1_234n));
    const all = await Promise.all(Array.from({ length: 200 }, () => send(client, transfer(ana, cash, 10n))));
    expect(count(all.flat(), "CREATED")).toBe(123);
    expect(count(all.flat(), "EXCEEDS_CREDITS")).toBe(77);
    expect(await balanceOf(client, ana)).toBe(4n);
  });

  it("also when two processes take them on one database", async () => {
    const clients = [one, other].map((service) => service.client(LedgerService, { tenant: "bank-two" }));
    const [first, second] = clients;
    if (first === undefined || second === undefined) {
      throw new Error("two clients were made");
    }
    const [cash, ana] = [account(), deposit(30n)];
    await make(first, cash, ana);
    await send(second, transfer(cash, ana, 470n));
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, index) => send(index % 2 === 0 ? first : second, transfer(ana, cash, 10n))),
    );
    expect(count(all.flat(), "CREATED")).toBe(50);
    expect(await balanceOf(second, ana)).toBe(-30n);
    const sql = one.sql();
    const rows = await sql<{ times: number; transfers: number }[]>`
      select count(distinct book_time_ns)::int as times, count(*)::int as transfers
      from transfers where tenant_id = 'bank-two'`;
    // LEDGER-003
    expect(rows[0]).toEqual({ times: 51, transfers: 51 });
  });
});

it("LEDGER-020: one transfer sent a hundred times at once to two processes is posted once", async () => {
  const clients = [one, other].map((service) => service.client(LedgerService, { tenant: "bank-three" }));
  const [cash, ana] = [account(), deposit()];
  await Promise.all(clients.slice(0, 1).map((client) => make(client, cash, ana)));
  const asked = transfer(cash, ana, 5n);
  const all = await Promise.all(Array.from({ length: 50 }).flatMap(() => clients.map((client) => send(client, asked))));
  expect(count(all.flat(), "CREATED")).toBe(1);
  expect(count(all.flat(), "EXISTS")).toBe(99);
  await Promise.all(clients.map(async (client) => expect(await balanceOf(client, ana)).toBe(5n)));
});

it("LEDGER-001: random transfers from two processes leave every book balanced", async () => {
  const tenant = "bank-four";
  const clients = [one, other].map((service) => service.client(LedgerService, { tenant }));
  const accounts = Array.from({ length: 10 }, (_, index) => (index === 0 ? account() : deposit()));
  await Promise.all(clients.slice(0, 1).map((client) => make(client, ...accounts)));
  const pick = (index: number) => accounts[index % accounts.length] ?? account();
  await Promise.all(
    clients.flatMap((client, process) =>
      Array.from({ length: 60 }, (_, round) =>
        send(
          client,
          ...Array.from({ length: 5 }, (_, item) => {
            const debit = round * 7 + item * 3 + process;
            return transfer(pick(item === 0 ? 0 : debit), pick(debit + 1 + (round % 8)), BigInt(1 + (debit % 9)));
          }),
        ),
      ),
    ),
  );
  const lines = (await clients[0]?.getTrialBalance({}))?.lines ?? [];
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ ledger: 1, currencyCode: "BRL", accountCount: 10n, balanced: true });
  const sql = one.sql();
  const drift = await sql`
    select accounts.id from accounts
    where tenant_id = ${tenant} and (debits_posted, credits_posted) is distinct from (
      (select coalesce(sum(amount), 0)::bigint from transfers where tenant_id = ${tenant} and debit_account_id = accounts.id),
      (select coalesce(sum(amount), 0)::bigint from transfers where tenant_id = ${tenant} and credit_account_id = accounts.id))`;
  expect([...drift]).toEqual([]);
});

it("transfers sent until they are answered are posted once each, though the database's connections keep being killed", async () => {
  const tenant = "bank-five";
  const client = one.client(LedgerService, { tenant });
  const [cash, ana] = [account(), deposit()];
  await make(client, cash, ana);
  const sql = one.sql();
  let killed = 0;
  let isOver = false;
  // Ten in the middle of a write; without an end to it, no write would ever come through.
  const killing = (async () => {
    while (killed < 10 && !isOver) {
      const backends = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where usename = ${`${one.databaseName}_app`} and query ilike '%insert into transfers%'`;
      killed += backends.length;
    }
  })();
  const sendUntilAnswered = async (asked: ReturnType<typeof transfer>): Promise<string[]> => {
    for (;;) {
      try {
        return await send(client, asked);
      } catch (error) {
        expect([Code.Unavailable, Code.DeadlineExceeded]).toContain(ConnectError.from(error).code);
      }
    }
  };
  const all = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const statuses: string[] = [];
      for (let round = 0; round < 5; round++) {
        statuses.push(...(await sendUntilAnswered(transfer(cash, ana, 1n))));
      }
      return statuses;
    }),
  );
  isOver = true;
  await killing;
  expect(killed).toBeGreaterThan(0);
  expect(all.flat().filter((status) => status !== "CREATED" && status !== "EXISTS")).toEqual([]);
  expect(await balanceOf(client, ana)).toBe(100n);
  expect((await client.getTrialBalance({})).lines).toMatchObject([{ transferCount: 100n, balanced: true }]);
});
