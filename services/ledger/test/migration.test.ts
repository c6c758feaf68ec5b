import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import postgres from "postgres";
import { expect, inject, it } from "vitest";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { migrate } from "#platform/db/migrate.ts";
import { ensureServiceDatabase } from "#platform/embedded/service-database.ts";
import { startTestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";
import { send } from "./build.ts";

const CASH = "00000000-0000-7000-8000-000000000001";
const ANA = "00000000-0000-7000-8000-000000000002";
const DEPOSIT = "00000000-0000-7000-8000-000000000003";
const FAILED = "00000000-0000-7000-8000-000000000004";

/** The migrations up to the first, as a database of before the log has them. */
function firstMigrationOnly(): string {
  const folder = mkdtempSync(join(tmpdir(), "malla-migrations-"));
  cpSync(fileURLToPath(ledgerProgram.migrations), folder, { recursive: true });
  rmSync(join(folder, "0001_log.sql"));
  const entries = [{ idx: 0, version: "7", when: 1763900000000, tag: "0000_ledger", breakpoints: true }];
  writeFileSync(join(folder, "meta/_journal.json"), JSON.stringify({ version: "7", dialect: "postgresql", entries }));
  return folder;
}

it("books from before the log keep every account, transfer, balance and spent id", async () => {
  const databaseName = `ledger_old_${process.pid}`;
  const url = new URL(inject("postgresUrl"));
  const databaseUrls = await ensureServiceDatabase(url.href, databaseName, () => "test");
  const folder = firstMigrationOnly();
  await migrate(databaseUrls.owner, pathToFileURL(`${folder}/`));
  rmSync(folder, { recursive: true });
  url.pathname = `/${databaseName}`;
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  await sql`insert into ledger_clock values ('old-bank', 50)`;
  await sql`
    insert into accounts values
      ('old-bank', ${CASH}, 1, 'BRL', 10, 'none', 0, '{}', 10, 30, 0),
      ('old-bank', ${ANA}, 1, 'BRL', 10, 'debits_must_not_exceed_credits', 5, '{"owner": "ana"}', 11, 0, 30)`;
  await sql`
    insert into transfers values
      ('old-bank', ${DEPOSIT}, ${CASH}, ${ANA}, 30, 1, 'BRL', 1, false, '{}', 20, 30, 0, 0, 30)`;
  await sql`insert into failed_transfers values ('old-bank', ${FAILED}, 'exceeds_credits')`;
  await sql.end();

  const service = await startTestService(ledgerProgram, { databaseOf: { databaseName, databaseUrls } });
  try {
    const client = service.client(LedgerService, { tenant: "old-bank" });
    const { accounts } = await client.lookupAccounts({ ids: [CASH, ANA] });
    expect(accounts).toMatchObject([
      { id: CASH, debitsPosted: 30n, creditsPosted: 0n },
      { id: ANA, debitsPosted: 0n, creditsPosted: 30n, overdraftLimit: 5n, metadata: { owner: "ana" } },
    ]);
    const amount = { currencyCode: "BRL", minorUnits: 30n };
    const deposit = { debitAccountId: CASH, creditAccountId: ANA, amount, code: 1 };
    const withdrawal = { debitAccountId: ANA, creditAccountId: CASH, amount: { ...amount, minorUnits: 35n }, code: 1 };
    expect(
      await send(
        client,
        { ...deposit, id: DEPOSIT },
        { ...deposit, id: FAILED },
        { ...withdrawal, id: "00000000-0000-7000-8000-000000000005" },
        { ...withdrawal, id: "00000000-0000-7000-8000-000000000006" },
      ),
    ).toEqual(["EXISTS", "ID_ALREADY_FAILED", "CREATED", "EXCEEDS_CREDITS"]);
    const { entries } = await client.listEntries({ accountId: ANA });
    expect(entries.map(({ debitsPostedAfter, creditsPostedAfter }) => [debitsPostedAfter, creditsPostedAfter])).toEqual(
      [
        [35n, 30n],
        [0n, 30n],
      ],
    );
  } finally {
    await service.stop();
  }
});
