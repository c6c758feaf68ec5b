/** More is asked than can be written: who is sent away hears when to come back, and nothing is lost. */
import { randomBytes } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RetryInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { until } from "#platform/embedded/server-process.ts";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";
import { account, balanceOf, deposit, make, send, transfer } from "./build.ts";
import { type Refusals, sendUntilAnswered } from "./resend.ts";

const DEADLINE_MS = 20_000;
const SIZE = 8_190;
/** The bound is 16 requests of the largest size that wait; some more than that are sent away. */
const REQUESTS = 20;
let service: TestService;

beforeAll(async () => {
  service = await startTestService(ledgerProgram);
});
afterAll(() => service.stop());

/** Does something while no batch can commit: whoever holds this row makes the writer wait. */
async function whileNothingCommits(work: () => Promise<void>): Promise<void> {
  await service.sql().begin(async (holding) => {
    await holding`select * from writer for update`;
    await work();
  });
}

const bytesOf = ({ id }: { id: string }) => Buffer.from(id.replaceAll("-", ""), "hex");
const repeated = (one: Buffer) => Buffer.concat(Array.from({ length: SIZE }, () => one));

it("beyond what may wait, requests are refused as OVERLOADED with the time to come back, and can be sent again", async () => {
  const client = service.client(LedgerService, { tenant: "bank-one", timeoutMs: 30_000 });
  const [cash, ana] = [account(), deposit()];
  await make(client, cash, ana);
  const load = (ids: Buffer) =>
    client.loadTransfers({
      ids,
      debitAccountIds: repeated(bytesOf(cash)),
      creditAccountIds: repeated(bytesOf(ana)),
      amountsMinorUnits: Array.from({ length: SIZE }, () => 1n),
      currencyCode: "BRL",
      code: 1,
    });
  const requests = Array.from({ length: REQUESTS }, () => randomBytes(16 * SIZE));
  const refused: { ids: Buffer; error: ConnectError }[] = [];
  let created = 0;
  let calls: Promise<void>[] = [];
  await whileNothingCommits(async () => {
    calls = requests.map(async (ids) => {
      try {
        const { createdCount } = await load(ids);
        created += createdCount;
      } catch (error) {
        refused.push({ ids, error: ConnectError.from(error) });
      }
    });
    await until(
      () => refused.length >= REQUESTS - 16,
      DEADLINE_MS,
      () => `${refused.length} were refused`,
    );
  });
  await Promise.all(calls);
  expect(refused).toHaveLength(REQUESTS - 16);
  for (const { error } of refused) {
    expect(error.code).toBe(Code.ResourceExhausted);
    expect(errorInfoOf(error)?.reason).toBe("OVERLOADED");
    expect(error.findDetails(RetryInfoSchema)).toHaveLength(1);
  }
  expect(created).toBe(16 * SIZE);
  for (const { ids } of refused) {
    expect((await load(ids)).createdCount).toBe(SIZE);
  }
  expect(await balanceOf(client, ana)).toBe(BigInt(REQUESTS * SIZE));
}, 60_000);

it("a commit that PostgreSQL cuts off for its length is UNAVAILABLE with the time to come back, and not booked twice", async () => {
  const client = service.client(LedgerService, { tenant: "bank-two" });
  const [cash, ana] = [account(), deposit()];
  await make(client, cash, ana);
  const refusals: Refusals = new Map();
  const asked = transfer(cash, ana, 1n);
  let call: Promise<string[]> | undefined;
  await whileNothingCommits(async () => {
    call = sendUntilAnswered({ clients: [client], next: 0 }, [asked], refusals);
    const sql = service.sql();
    await until(
      async () => {
        const cut = await sql`
          select pg_cancel_backend(pid) from pg_stat_activity
          where application_name = 'ledger writer' and datname = ${service.databaseName} and wait_event_type = 'Lock'`;
        return cut.length > 0;
      },
      DEADLINE_MS,
      () => "no commit waits",
    );
  });
  expect(await call).toEqual(["CREATED"]);
  expect(
    [...refusals.keys()].filter((reason) => !["DEPENDENCY_UNAVAILABLE", "NOT_THE_WRITER"].includes(reason)),
  ).toEqual([]);
  expect(await send(client, asked)).toEqual(["EXISTS"]);
  expect(await balanceOf(client, ana)).toBe(1n);
});
