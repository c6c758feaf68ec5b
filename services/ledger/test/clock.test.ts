/** Time as the ledger's machine has it: it may go back, and it goes on while the ledger is down. */
import { randomUUID } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { PendingState, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { until } from "#platform/embedded/server-process.ts";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import type { settings } from "../config.ts";
import { startEngine } from "../engine/engine.ts";
import { nativeLedger } from "../engine/native-ledger.ts";
import { createLedgerService, ledgerProgram } from "../service.ts";
import { account, deposit, make, send, transfer } from "./build.ts";
import type { LedgerClient } from "./client.ts";

const DEADLINE_MS = 20_000;
const HOUR_MS = 3_600_000;
// Its own: all tests share one broker.
const tenant = "bank-of-time";

/** A clock that the test sets, and that knows how often it was looked at. */
function newClock() {
  const clock = {
    offsetMs: 0,
    looks: 0,
    now() {
      clock.looks++;
      return Date.now() + clock.offsetMs;
    },
  };
  return clock;
}

/** The ledger by a clock of its own; nobody hears its events. */
function programWith(now: () => number): ServiceProgram<typeof settings> {
  return {
    ...ledgerProgram,
    async open({ database, workerUrl, log }) {
      const engine = startEngine({ writerUrl: workerUrl, database, maxAccounts: 1_000, now, log, onCommit: () => {} });
      await engine.settled();
      return {
        services: [served(LedgerService, createLedgerService({ ledger: nativeLedger(engine, database) }))],
        close: () => engine.close(),
      };
    },
  };
}

async function openBooks(service: TestService) {
  // Patient enough for a ledger whose clock is ahead.
  const client = service.client(LedgerService, { tenant, timeoutMs: HOUR_MS });
  const [cash, ana] = [account(), deposit()];
  await make(client, cash, ana);
  return { client, cash, ana };
}

const pendingOf = async (client: LedgerClient, { id }: { id: string }) =>
  (await client.lookupAccounts({ ids: [id] })).accounts[0]?.creditsPending;

const stateOf = async (client: LedgerClient, { id }: { id: string }) =>
  (await client.lookupTransfers({ ids: [id] })).transfers[0]?.state;

const bookTimes = async (service: TestService) =>
  (await service.sql()<{ time: string }[]>`select book_time_ns as time from transfers order by number`).map(
    ({ time }) => BigInt(time),
  );

it("LEDGER-003: a clock that goes back by an hour gives times that still grow, also after a restart", async () => {
  const clock = newClock();
  const service = await startTestService(programWith(clock.now));
  const { client, cash, ana } = await openBooks(service);
  const book = async (by: LedgerClient) => expect(await send(by, transfer(cash, ana, 1n))).toEqual(["CREATED"]);
  await book(client);
  clock.offsetMs = -HOUR_MS;
  await book(client);
  await make(client, account());
  await service.stop();
  const again = await startTestService(programWith(clock.now), { databaseOf: service });
  onTestFinished(() => again.stop());
  await book(again.client(LedgerService, { tenant }));
  clock.offsetMs = 0;
  await book(again.client(LedgerService, { tenant }));
  const times = await bookTimes(again);
  expect(times).toHaveLength(4);
  expect(times.slice(1).map((time, index) => time > (times[index] ?? 0n))).toEqual([true, true, true]);
  // As little later as can be, until the clock has caught up.
  expect((times[2] ?? 0n) - (times[0] ?? 0n)).toBeLessThan(10n);
});

it("LEDGER-028: a pending transfer is not released before its time by the clock, even if that goes back", async () => {
  const clock = newClock();
  const service = await startTestService(programWith(clock.now));
  onTestFinished(() => service.stop());
  const { client, cash, ana } = await openBooks(service);
  const pending = transfer(cash, ana, 7n, { phase: TransferPhase.PENDING, timeoutSeconds: 60 });
  await send(client, pending);
  clock.offsetMs = -HOUR_MS;
  const { looks } = clock;
  await until(
    () => clock.looks > looks + 5,
    DEADLINE_MS,
    () => "the clock is not looked at",
  );
  expect(await stateOf(client, pending)).toBe(PendingState.PENDING);
  clock.offsetMs = 61_000;
  await until(
    async () => (await stateOf(client, pending)) === PendingState.EXPIRED,
    DEADLINE_MS,
    () => "it did not expire",
  );
  expect(await pendingOf(client, ana)).toBe(0n);
});

it("LEDGER-028: what expires while the ledger is down is released when it is back, in the order of expiry, and by nothing else", async () => {
  const service = await startTestService(ledgerProgram);
  const { client, cash, ana } = await openBooks(service);
  const phase = TransferPhase.PENDING;
  const [late, soon, lasting] = [
    transfer(cash, ana, 1n, { phase, timeoutSeconds: 2 }),
    transfer(cash, ana, 2n, { phase, timeoutSeconds: 1 }),
    transfer(cash, ana, 4n, { phase, timeoutSeconds: 3_600 }),
  ];
  expect(await send(client, late, soon, lasting)).toEqual(["CREATED", "CREATED", "CREATED"]);
  const dueMs = Date.now() + 2_000;
  await service.stop();
  await until(
    () => Date.now() > dueMs,
    DEADLINE_MS,
    () => "time stands still",
  );
  const again = await startTestService(ledgerProgram, { databaseOf: service });
  onTestFinished(() => again.stop());
  const after = again.client(LedgerService, { tenant });
  const post = { id: randomUUID(), phase: TransferPhase.POST_PENDING, pendingId: late.id };
  expect(await send(after, post)).toEqual(["PENDING_TRANSFER_EXPIRED"]);
  await until(
    async () => (await pendingOf(after, ana)) === 4n,
    DEADLINE_MS,
    () => "nothing was released",
  );
  expect(await stateOf(after, lasting)).toBe(PendingState.PENDING);
  const expiries = await again.sql()<{ pending_id: string; is_due: boolean }[]>`
    select e.pending_id, e.book_time_ns >= p.book_time_ns + p.timeout_seconds * 1000000000 as is_due
    from transfers as e join transfers as p on p.tenant_id = e.tenant_id and p.id = e.pending_id
    where e.phase = 4 order by e.number`;
  expect(expiries).toMatchObject([
    { pending_id: soon.id, is_due: true },
    { pending_id: late.id, is_due: true },
  ]);
  const events = await again.events(tenant, 7);
  expect(events.slice(5).map(({ type, subject }) => [type.split(".").at(-1), subject])).toEqual([
    ["TransferExpired", `ledger/transfers/${soon.id}`],
    ["TransferExpired", `ledger/transfers/${late.id}`],
  ]);
});
