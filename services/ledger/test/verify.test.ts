/** `npm run ledger:verify` finds whatever was done to the books behind the ledger's back. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";
import { verifyBooks } from "../store/verify/verify.ts";
import { bookEverything } from "./book-everything.ts";

const program = fileURLToPath(new URL("../store/verify/main.ts", import.meta.url));
const run = promisify(execFile);

let service: TestService;
let server: postgres.Sql;
let copies = 0;

beforeAll(async () => {
  server = postgres(inject("postgresUrl"), { max: 1, onnotice: () => {} });
  service = await startTestService(ledgerProgram);
  for (const tenant of ["bank-one", "bank-two"]) {
    await bookEverything(service.client(LedgerService, { tenant }));
  }
  // A database is copied only while nobody is connected to it.
  await service.stop();
});
afterAll(() => server.end());

function urlOf(database: string): string {
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${database}`;
  return url.href;
}

/** What is found on a copy of the database in which something was done past every guard: the fault of each check. */
async function faultsAfter(tamper: (sql: postgres.Sql) => Promise<unknown>): Promise<Record<string, string>> {
  const copy = `verify_${process.pid}_${copies++}`;
  await server`create database ${server(copy)} template ${server(service.databaseName)}`;
  const sql = postgres(urlOf(copy), { max: 1, onnotice: () => {} });
  for (const table of ["accounts", "transfers", "failed_transfers", "batches"]) {
    await sql`alter table ${sql(table)} disable trigger all`;
  }
  await tamper(sql);
  await sql.end();
  const { checks } = await verifyBooks(urlOf(copy), () => {});
  await server`drop database ${server(copy)}`;
  return Object.fromEntries(checks.flatMap(({ name, fault }) => (fault === undefined ? [] : [[name, fault]])));
}

describe("books that were only written by the ledger", () => {
  it("are proven, with exit code 0 and one line for each check", async () => {
    const { stdout } = await run(process.execPath, [program, "--url", service.databaseUrls.worker]);
    expect(stdout.trim().split("\n")).toEqual([
      expect.stringMatching(/^ok +hashes /),
      expect.stringMatching(/^ok +numbers /),
      expect.stringMatching(/^ok +times /),
      expect.stringMatching(/^ok +books /),
      expect.stringMatching(/^ok +balances /),
      expect.stringMatching(/^ok +resolutions /),
      expect.stringMatching(/^batch \d+, number \d+, hash [0-9a-f]{64}$/),
    ]);
  });

  it("are proven on a copy as well", async () => {
    expect(await faultsAfter(async () => {})).toEqual({});
  });
});

describe("what was done behind the ledger's back is found", () => {
  it("an amount that was changed", async () => {
    const faults = await faultsAfter((sql) => sql`update transfers set amount = 101 where amount = 100`);
    expect(faults).toMatchObject({ hashes: expect.stringMatching(/^batch 2, numbers 3 to 4: /) });
    expect(faults).toMatchObject({ balances: expect.stringMatching(/^number 1, account /) });
  });

  it("a label that was changed", async () => {
    const faults = await faultsAfter((sql) => sql`update accounts set metadata = '{"note":"x"}' where number = 1`);
    expect(faults).toEqual({ hashes: expect.stringMatching(/^batch 1, numbers 1 to 2: /) });
  });

  it("a row that was removed", async () => {
    const faults = await faultsAfter((sql) => sql`delete from failed_transfers where number = 5`);
    expect(faults).toEqual({
      hashes: expect.stringMatching(/^batch 3, /),
      numbers: "batch 3: number 5 is not there once",
    });
  });

  it("a row that was put in", async () => {
    const faults = await faultsAfter(
      (sql) => sql`insert into failed_transfers values (1000, 'bank-one', gen_random_uuid(), 'exceeds_credits')`,
    );
    expect(faults).toEqual({ numbers: "number 1000 is in no batch" });
  });

  it("two rows that changed places", async () => {
    const faults = await faultsAfter(async (sql) => {
      await sql`update transfers set number = -3 where number = 3`;
      await sql`update transfers set number = 3 where number = 4`;
      await sql`update transfers set number = 4 where number = -3`;
    });
    expect(faults).toEqual({
      hashes: expect.stringMatching(/^batch 2, /),
      times: "number 4: its time is not later than that of the transfers before",
    });
  });

  it("a hash that was written anew", async () => {
    const faults = await faultsAfter((sql) => sql`update batches set hash = sha256('x') where batch = 4`);
    expect(faults).toEqual({ hashes: expect.stringMatching(/^batch 4, /) });
  });

  it("a batch that was removed with all its rows", async () => {
    const faults = await faultsAfter(async (sql) => {
      await sql`delete from batches where batch = 3`;
      await sql`delete from failed_transfers where number = 5`;
    });
    expect(faults).toMatchObject({ numbers: "batch 4 follows batch 2: batches are missing" });
  });

  it("an end that was cut off", async () => {
    const faults = await faultsAfter(async (sql) => {
      await sql`delete from transfers where number = (select last_number from writer)`;
      await sql`delete from batches where last_number = (select last_number from writer)`;
    });
    expect(faults).toMatchObject({ hashes: expect.anything(), numbers: expect.stringMatching(/^the log ends with/) });
  });

  it("a balance that was changed", async () => {
    const faults = await faultsAfter(
      (sql) => sql`update accounts set credits_posted = credits_posted + 1 where number = 2`,
    );
    expect(faults).toMatchObject({
      books: expect.stringMatching(/^ledger 1 of bank-one, BRL/),
      balances: expect.stringMatching(/^number 2, account /),
    });
    expect(Object.keys(faults)).toHaveLength(2);
  });

  it("a pending transfer that is resolved twice", async () => {
    const faults = await faultsAfter(
      (sql) => sql`
        update transfers set pending_id = (select pending_id from transfers where phase = 2 and tenant_id = 'bank-one')
        where phase = 3 and tenant_id = 'bank-one'`,
    );
    expect(faults).toMatchObject({ resolutions: expect.stringMatching(/^number \d+: .* was resolved before$/) });
  });

  it("a time that the ledger would give again", async () => {
    const faults = await faultsAfter(
      (sql) => sql`update tenants set last_transfer_time_ns = last_transfer_time_ns - 1`,
    );
    expect(Object.keys(faults)).toEqual(["times"]);
  });

  it("and named with exit code 1", async () => {
    await server`create database verify_main template ${server(service.databaseName)}`;
    const sql = postgres(urlOf("verify_main"), { max: 1 });
    await sql`alter table transfers disable trigger all`;
    await sql`update transfers set code = 2 where number = 3`;
    await sql.end();
    const failed: unknown = await run(process.execPath, [program, "--url", urlOf("verify_main")]).catch(
      (error) => error,
    );
    expect(failed).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^WRONG +hashes +batch 2, numbers 3 to 4: /),
    });
    await server`drop database verify_main`;
  });
});

it("a database that cannot be reached is no proof of anything: exit code 2", async () => {
  const failed: unknown = await run(process.execPath, [program, "--url", "postgres://127.0.0.1:1/x"]).catch(
    (error) => error,
  );
  expect(failed).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^The ledger was not verified: .*ECONNREFUSED/),
  });
});
