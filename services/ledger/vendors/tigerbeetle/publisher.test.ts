import { randomUUID } from "node:crypto";
import type { DescMessage } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BalanceConstraint, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { Database } from "#platform/db/database.ts";
import { type Fact, openOutbox } from "#platform/outbox/append.ts";
import { publishOnce } from "./publisher.ts";
import { openFakeTigerBeetle } from "./testing/fake-tigerbeetle.ts";
import { openTestDatabase, openTestLedger } from "./testing/ledger.ts";

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

it("tells each account and transfer once, as it was booked, to its own tenant (LEDGER-005)", async () => {
  const tigerbeetle = openFakeTigerBeetle();
  const told: Fact[] = [];
  const real = openOutbox("ledger", () => {});
  const outbox: typeof real = {
    async append(transaction, facts) {
      await real.append(transaction, facts);
      told.push(...facts);
    },
  };
  const deps = { tigerbeetle, database, outbox, log: { warn: () => {} } };
  const publish = () => publishOnce(deps, AbortSignal.timeout(10_000));
  const bank = openTestLedger(tigerbeetle, database);
  const other = openTestLedger(tigerbeetle, database);
  const cash = await bank.account({ closed: false });
  const limits = { balanceConstraint: BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS, overdraftLimit: 9n };
  const deposit = await bank.account({ ...limits, metadata: { owner: "7" } });
  await other.account();
  const pendingId = randomUUID();
  const move = { debitAccountId: cash, creditAccountId: deposit, amount: 5n };
  await bank.book(
    { ...move, metadata: { a: "1" } },
    { ...move, id: pendingId, phase: TransferPhase.PENDING },
    { id: randomUUID(), code: 0, phase: TransferPhase.POST_PENDING, pendingId, amount: 2n },
  );
  expect(await publish()).toBeGreaterThan(0);
  expect(await publish()).toBe(0);
  const kind = (type: DescMessage) => type.name;
  const ofBank = told.filter(({ tenant }) => tenant === bank.tenant);
  expect(ofBank.map(({ type }) => kind(type))).toEqual([
    "AccountCreated",
    "AccountCreated",
    "TransferPosted",
    "TransferPending",
    "TransferPosted",
  ]);
  expect(ofBank[1]?.data).toMatchObject({
    account: { id: deposit, overdraftLimit: 9n, metadata: { owner: "7" }, creditsPosted: 0n, debitsPosted: 0n },
  });
  expect(ofBank[4]?.data).toMatchObject({
    transfer: { pendingId, amount: { minorUnits: 2n } },
    releasedMinorUnits: 5n,
  });
  expect(told.filter(({ tenant }) => tenant === other.tenant)).toHaveLength(1);
  expect(told).toHaveLength(6);
  await bank.book(move);
  await publish();
  expect(told).toHaveLength(7);
});

it("one process tells at a time", async () => {
  const tigerbeetle = openFakeTigerBeetle();
  const bank = openTestLedger(tigerbeetle, database);
  await bank.account();
  const deps = { tigerbeetle, database, outbox: openOutbox("ledger", () => {}), log: { warn: () => {} } };
  const counts = await Promise.all([1, 2].map(() => publishOnce(deps, AbortSignal.timeout(10_000))));
  expect(counts.filter((count) => count > 0).length).toBeLessThanOrEqual(1);
});
