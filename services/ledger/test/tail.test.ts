import { afterAll, beforeAll, expect, it } from "vitest";
import { TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";
import { account, make, send, transfer } from "./build.ts";

let first: TestService;
let second: TestService | undefined;

beforeAll(async () => {
  first = await startTestService(ledgerProgram);
});
afterAll(async () => {
  await second?.stop();
});

it("a process that takes over knows what came after the checkpoint before the checkpoint does", async () => {
  const tenant = "tail-bank";
  const client = first.client(LedgerService, { tenant });
  const [cash, ana, bia] = [account(), account(), account()];
  await make(client, cash, ana, bia);
  const closing = transfer(ana, cash, 0n, { phase: TransferPhase.PENDING, closingDebit: true });
  const reopened = transfer(bia, cash, 0n, { phase: TransferPhase.PENDING, closingDebit: true });
  const reopening = transfer(bia, cash, 0n, { phase: TransferPhase.VOID_PENDING, pendingId: reopened.id });
  const hold = transfer(cash, bia, 7n, { phase: TransferPhase.PENDING });
  expect(await send(client, transfer(cash, ana, 50n), closing, reopened, reopening, hold)).toEqual(
    Array.from({ length: 5 }, () => "CREATED"),
  );
  const sql = first.sql();
  // Whatever the checkpoint has done by now, the tail is made anew: from here on everything is after it.
  await sql`update accounts set debits_posted = 0, credits_posted = 0, debits_pending = 0, credits_pending = 0, is_closed = null`;
  await sql`delete from totals`;
  await sql`update positions set number = 0 where name = 'checkpoint'`;
  const urls = { databaseName: first.databaseName, databaseUrls: first.databaseUrls };
  await first.stop();
  second = await startTestService(ledgerProgram, { databaseOf: urls });
  const again = second.client(LedgerService, { tenant });
  const { accounts } = await again.lookupAccounts({ ids: [cash.id, ana.id, bia.id] });
  expect(
    accounts.map(({ debitsPosted, creditsPosted, debitsPending, creditsPending, closed }) => [
      debitsPosted,
      creditsPosted,
      debitsPending,
      creditsPending,
      closed,
    ]),
  ).toEqual([
    [50n, 0n, 7n, 0n, false],
    [0n, 50n, 0n, 0n, true],
    [0n, 0n, 0n, 7n, false],
  ]);
  expect(await send(again, transfer(ana, cash, 1n), transfer(cash, bia, 3n))).toEqual([
    "DEBIT_ACCOUNT_ALREADY_CLOSED",
    "CREATED",
  ]);
  const look = second.sql();
  const position = async () => {
    const [row] = await look<{ behind: number }[]>`
      select (last_number - number)::int as behind from positions, writer where name = 'checkpoint'`;
    return row?.behind;
  };
  await expect.poll(position, { timeout: 15_000 }).toBe(0);
  const sums = await look`
    select debits_posted::int as debits, credits_posted::int as credits, is_closed from accounts order by number`;
  expect([...sums]).toEqual([
    { debits: 53, credits: 0, is_closed: null },
    { debits: 0, credits: 50, is_closed: true },
    { debits: 0, credits: 3, is_closed: false },
  ]);
});
