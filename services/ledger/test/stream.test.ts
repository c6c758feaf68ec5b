/** Streams that end before everything sent on them was answered. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { until } from "#platform/embedded/server-process.ts";
import { openMeshClient } from "#platform/rpc/mesh-client.ts";
import { startTestService, type TestService, testCall, testCertificate } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";
import { account, balanceOf, deposit, make, transfer } from "./build.ts";
import { sendUntilAnswered } from "./resend.ts";

const DEADLINE_MS = 20_000;
const SIZE = 50;
let service: TestService;

beforeAll(async () => {
  service = await startTestService(ledgerProgram);
});
afterAll(() => service.stop());

/** Transfers over a stream of its own, in requests of fifty, sent without end until the stream is cut. */
async function streamOf(tenant: string) {
  const client = service.client(LedgerService, { tenant });
  const [cash, ana] = [account(), deposit()];
  await make(client, cash, ana);
  const sent: ReturnType<typeof transfer>[][] = [];
  const isCut = new AbortController();
  async function* requests() {
    while (!isCut.signal.aborted) {
      const transfers = Array.from({ length: SIZE }, () => transfer(cash, ana, 1n));
      sent.push(transfers);
      yield { requests: [{ sequence: BigInt(sent.length - 1), transfers }] };
    }
  }
  const tls = await testCertificate("gateway");
  const mesh = openMeshClient(LedgerService, { peer: "ledger", address: service.address, tls });
  onTestFinished(() => mesh.close());
  const answers = mesh.for(testCall({ tenant })).streamTransfers(requests(), { signal: isCut.signal });
  return { client, ana, sent, answers, cut: () => isCut.abort() };
}

/** Sends every request again: what was booked before says so, and in the end all are booked once. */
async function expectAllOnce(
  { client, ana, sent }: Awaited<ReturnType<typeof streamOf>>,
  answered: ReadonlySet<number>,
): Promise<void> {
  for (const [sequence, transfers] of sent.entries()) {
    const statuses = new Set(await sendUntilAnswered({ clients: [client], next: 0 }, transfers));
    // A request is one unit of the log: it was booked whole or not at all.
    expect(statuses.size).toBe(1);
    if (answered.has(sequence)) {
      expect([...statuses]).toEqual(["EXISTS"]);
    }
  }
  expect(await balanceOf(client, ana)).toBe(BigInt(sent.length * SIZE));
  expect((await client.getTrialBalance({})).lines).toMatchObject([{ transferCount: BigInt(sent.length * SIZE) }]);
}

describe("a stream that stops in the middle", () => {
  it("because the caller left: all that was sent can be sent again, and is booked once", async () => {
    const stream = await streamOf("bank-one");
    const answered = new Set<number>();
    const reading = (async () => {
      for await (const message of stream.answers) {
        for (const { sequence, error } of message.answers) {
          expect(error).toBeUndefined();
          answered.add(Number(sequence));
        }
        if (answered.size >= 20) {
          stream.cut();
        }
      }
    })();
    await expect(reading).rejects.toThrow();
    expect(answered.size).toBeGreaterThanOrEqual(20);
    await expectAllOnce(stream, answered);
  });

  it("because the writer's connection broke: LEDGER-036, each request says whether to come again, and the stream goes on", async () => {
    const stream = await streamOf("bank-two");
    const sql = service.sql();
    const kill = async () => {
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'ledger writer' and datname = ${service.databaseName}`;
    };
    const [answered, failed] = [new Set<number>(), new Set<number>()];
    let killed: Promise<unknown> | undefined;
    let afterwards = 0;
    const reading = (async () => {
      for await (const message of stream.answers) {
        for (const { sequence, error } of message.answers) {
          (error === undefined ? answered : failed).add(Number(sequence));
          afterwards += error === undefined && failed.size > 0 ? 1 : 0;
          if (error !== undefined) {
            // UNAVAILABLE
            expect(error.code).toBe(14);
          }
        }
        if (answered.size >= 10) {
          killed ??= kill();
        }
        if (afterwards >= 10) {
          stream.cut();
        }
      }
    })();
    await expect(reading).rejects.toThrow();
    await killed;
    expect(failed.size).toBeGreaterThan(0);
    expect(afterwards).toBeGreaterThanOrEqual(10);
    await until(
      async () => (await stream.client.getLedgerStatus({})).epoch === 2n,
      DEADLINE_MS,
      () => "the writer did not take over anew",
    );
    await expectAllOnce(stream, answered);
  });
});
