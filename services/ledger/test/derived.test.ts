/** What is derived from the log is cut off in the middle, and goes on as if nothing had been. */
import { expect, it, onTestFinished } from "vitest";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { until } from "#platform/embedded/server-process.ts";
import { startTestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";
import { verifyBooks } from "../store/verify/verify.ts";
import { account, balanceOf, make, send, transfer } from "./build.ts";

const DEADLINE_MS = 20_000;

it.each([
  // Its last change but one: what it did before it waits uncommitted.
  ["checkpoint_balances", "totals", "checkpointNumber"],
  ["project_history", "value_date_sums", "historyNumber"],
] as const)(
  "%s killed half-way leaves balances and history right",
  async (derivation, table, position) => {
    const service = await startTestService(ledgerProgram);
    onTestFinished(() => service.stop());
    const client = service.client(LedgerService, { tenant: "bank-one" });
    const [cash, ana] = [account({ keepsHistory: true }), account({ keepsHistory: true })];
    await make(client, cash, ana);
    const isCaughtUp = async () => {
      const status = await client.getLedgerStatus({});
      return status[position] === status.bookedNumber;
    };
    const caughtUp = () => until(isCaughtUp, DEADLINE_MS, () => `${derivation} did not go on`);
    await send(client, transfer(cash, ana, 100n));
    await caughtUp();
    const sql = service.sql();
    for (let cuts = 0; cuts < 2; cuts++) {
      // Whoever holds this row makes the derivation wait in the middle.
      await sql.begin(async (holding) => {
        await holding`select * from ${holding(table)} for update`;
        await send(client, transfer(cash, ana, 10n), transfer(ana, cash, 3n));
        const waiting = () => sql<{ pid: number }[]>`
        select pid from pg_stat_activity where datname = ${service.databaseName}
          and query like ${`%${derivation}%`} and wait_event_type = 'Lock'`;
        await until(
          async () => (await waiting()).length > 0,
          DEADLINE_MS,
          () => `${derivation} was not caught in the middle`,
        );
        await sql`select pg_terminate_backend(pid) from (${waiting()}) as caught`;
        // Half of it is undone, and who asks sees all of the log.
        expect(await balanceOf(client, ana)).toBe(107n + 7n * BigInt(cuts));
      });
    }
    await caughtUp();
    expect(await balanceOf(client, ana)).toBe(114n);
    expect((await client.getTrialBalance({})).lines).toMatchObject([{ transferCount: 5n, balanced: true }]);
    const { entries } = await client.listEntries({ accountId: ana.id });
    expect(entries.map((entry) => entry.creditsPostedAfter - entry.debitsPostedAfter)).toEqual([
      114n,
      117n,
      107n,
      110n,
      100n,
    ]);
    const { checks } = await verifyBooks(service.databaseUrls.worker, () => {});
    expect(checks.filter(({ fault }) => fault !== undefined)).toEqual([]);
  },
  60_000,
);
