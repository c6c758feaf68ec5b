/** One process writes the books of a database; others stand by, and take over when it is gone. */
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { RetryInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { until } from "#platform/embedded/server-process.ts";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { startTestService, type TestService, type TestServiceOptions } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";
import { account, balanceOf, deposit, make, send, transfer } from "./build.ts";
import { type LedgerClient, openClient } from "./client.ts";
import { startLoad } from "./resend.ts";

/** Longest that a test may take on a busy machine, in milliseconds. */
vi.setConfig({ testTimeout: 90_000 });
/** Longest wait for what happens soon, in milliseconds. */
const DEADLINE_MS = 20_000;
const tenant = "bank-one";

async function start(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await startTestService(ledgerProgram, options);
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) {
      isStopped = true;
      await service.stop();
    }
  };
  onTestFinished(stop, DEADLINE_MS);
  return { ...service, stop };
}

/** Books with an unbounded account and one that money comes in to. */
async function openBooks(service: TestService) {
  const client = service.client(LedgerService, { tenant });
  const [cash, ana] = [account(), deposit()];
  await make(client, cash, ana);
  return { client, cash, ana, next: () => transfer(cash, ana, 1n) };
}

/** Everything that was answered is in the books, once, and nothing else is. */
async function expectExactly(client: LedgerClient, ana: { id: string }, count: number): Promise<void> {
  expect(await balanceOf(client, ana)).toBe(BigInt(count));
  expect((await client.getTrialBalance({})).lines).toMatchObject([{ transferCount: BigInt(count), balanced: true }]);
}

describe("a second process on the same database", () => {
  it("refuses to write and to read balances while the first one writes, and says when to come again", async () => {
    const writer = await start();
    const { client, cash, ana } = await openBooks(writer);
    const booked = transfer(cash, ana, 5n);
    await send(client, booked);
    const other = await start({ databaseOf: writer });
    const newStandby = () => other.client(LedgerService, { tenant });
    for (const call of [
      (standby: LedgerClient) => send(standby, transfer(cash, ana, 1n)),
      (standby: LedgerClient) => standby.createAccounts({ accounts: [account()] }),
      (standby: LedgerClient) => standby.lookupAccounts({ ids: [ana.id] }),
    ]) {
      // Each on a connection of its own: a client that was refused too often asks no more for a while.
      const error = await failure(call(newStandby()));
      expect(error.code).toBe(Code.Unavailable);
      expect(errorInfoOf(error)).toMatchObject({ reason: "NOT_THE_WRITER", domain: "ledger.malla" });
      expect(error.findDetails(RetryInfoSchema)).toHaveLength(1);
    }
    const standby = newStandby();
    // What is read from the log itself is the same everywhere.
    expect((await standby.lookupTransfers({ ids: [booked.id] })).transfers).toHaveLength(1);
    expect((await standby.getTrialBalance({})).lines).toMatchObject([{ transferCount: 1n }]);
    expect((await standby.listEntries({ accountId: ana.id })).entries).toHaveLength(1);
  });

  it("takes over when the first one stops under load: nothing is lost or booked twice", async () => {
    const writer = await start();
    const { cash, ana, next, client } = await openBooks(writer);
    const { epoch } = await client.getLedgerStatus({});
    const standby = await start({ databaseOf: writer });
    const clients = await Promise.all([writer, standby].map(({ address }) => openClient(address, tenant)));
    const load = startLoad(clients, 8, next);
    await until(
      () => load.answered() > 200,
      DEADLINE_MS,
      () => "the writer does not answer",
    );
    await writer.stop();
    const before = load.answered();
    await until(
      () => load.answered() > before + 200,
      DEADLINE_MS,
      () => "nobody took over",
    );
    const { statuses } = await load.stop();
    expect(statuses.filter((status) => status !== "CREATED" && status !== "EXISTS")).toEqual([]);
    const after = standby.client(LedgerService, { tenant });
    await expectExactly(after, ana, statuses.length);
    expect((await after.getLedgerStatus({})).epoch).toBeGreaterThan(epoch);
    expect(await send(after, transfer(ana, cash, 1n))).toEqual(["CREATED"]);
  });
});

it("of two processes that start at once exactly one writes", async () => {
  const first = await start();
  const { ana, next } = await openBooks(first);
  await first.stop();
  const both = await Promise.all([start({ databaseOf: first }), start({ databaseOf: first })]);
  const clients = both.map((service) => service.client(LedgerService, { tenant }));
  const load = startLoad(clients, 8, next);
  await until(
    () => load.answered() > 300,
    DEADLINE_MS,
    () => "nobody writes",
  );
  const { statuses } = await load.stop();
  const outcomes = await Promise.allSettled(clients.map((client) => client.lookupAccounts({ ids: [ana.id] })));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const [client] = clients.filter((_, index) => outcomes[index]?.status === "fulfilled");
  if (client === undefined) {
    throw new Error("one of the two answers");
  }
  await expectExactly(client, ana, statuses.length);
  const sql = both[0].sql();
  const epochs = await sql`select distinct epoch from batches where epoch > 1`;
  expect(epochs).toHaveLength(1);
});

it("transfers sent until they are answered are booked once each, though the writer's connection keeps being killed", async () => {
  const service = await start();
  const { client, ana, next } = await openBooks(service);
  const load = startLoad([client], 20, next);
  const sql = service.sql();
  for (let kills = 0; kills < 10; kills++) {
    const before = load.answered();
    await until(
      () => load.answered() > before + 20,
      DEADLINE_MS,
      () => `the writer did not come back after ${kills} kills`,
    );
    const killed = await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'ledger writer' and datname = ${service.databaseName}`;
    expect(killed).toHaveLength(1);
  }
  const { statuses, refusals } = await load.stop();
  expect(statuses.filter((status) => status !== "CREATED" && status !== "EXISTS")).toEqual([]);
  expect(
    [...refusals.keys()].filter((reason) => !["DEPENDENCY_UNAVAILABLE", "NOT_THE_WRITER"].includes(reason)),
  ).toEqual([]);
  await expectExactly(client, ana, statuses.length);
});

it("a writer that was replaced without noticing commits nothing more", async () => {
  const service = await start();
  const { client, ana, next } = await openBooks(service);
  const { epoch } = await client.getLedgerStatus({});
  const load = startLoad([client], 8, next);
  await until(
    () => load.answered() > 50,
    DEADLINE_MS,
    () => "the writer does not answer",
  );
  await service.sql()`update writer set epoch = epoch + 1`;
  const before = load.answered();
  await until(
    () => load.answered() > before + 50,
    DEADLINE_MS,
    () => "the writer did not take over anew",
  );
  const { statuses, refusals } = await load.stop();
  await expectExactly(client, ana, statuses.length);
  expect((await client.getLedgerStatus({})).epoch).toBe(epoch + 2n);
  expect([...refusals.keys()].filter((reason) => reason !== "NOT_THE_WRITER")).toEqual([]);
});

/** The failure of a call that must fail. */
function failure(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(() => new ConnectError("the call succeeded", Code.Unknown), ConnectError.from);
}
