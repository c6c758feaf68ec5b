/** PostgreSQL is gone, or its disk is full: callers hear why and when to come again, and nothing is lost or doubled. */
import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Code, type ConnectError } from "@connectrpc/connect";
import postgres from "postgres";
import { expect, it, onTestFinished } from "vitest";
import { RetryInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { hasCode, until } from "#platform/embedded/server-process.ts";
import { verifyBooks } from "../store/verify/verify.ts";
import { account, balanceOf, deposit, make, transfer } from "./build.ts";
import { makeFolder, type OwnLedger, startOwnLedger } from "./own-postgres.ts";
import { type LoadOutcome, type Refusals, startLoad } from "./resend.ts";

const DEADLINE_MS = 60_000;
const tenant = "bank-one";

async function startLoadOn({ service }: OwnLedger) {
  const client = service.client(LedgerService, { tenant });
  const [cash, ana] = [account(), deposit()];
  await make(client, cash, ana);
  // Each with a label, so that a small disk is full soon.
  const metadata = { note: "x".repeat(200) };
  const refusals: Refusals = new Map();
  const load = startLoad([client], 16, () => transfer(cash, ana, 1n, { metadata }), refusals);
  const answersMore = async (count: number) => {
    const before = load.answered();
    await until(
      () => load.answered() >= before + count,
      DEADLINE_MS,
      () => "the ledger answers no more",
    );
  };
  return { client, ana, load, refusals, answersMore };
}

/** What was answered is in the books once, and nothing else; every refusal was of an expected kind. */
async function expectExactly(
  ledger: OwnLedger,
  { client, ana }: Awaited<ReturnType<typeof startLoadOn>>,
  { statuses, refusals }: LoadOutcome,
  reasons: readonly string[],
): Promise<void> {
  expect(statuses.filter((status) => status !== "CREATED" && status !== "EXISTS")).toEqual([]);
  expect(await balanceOf(client, ana)).toBe(BigInt(statuses.length));
  expect((await client.getTrialBalance({})).lines).toMatchObject([
    { transferCount: BigInt(statuses.length), balanced: true },
  ]);
  const { checks } = await verifyBooks(ledger.databaseUrls.worker, () => {});
  expect(checks.filter(({ fault }) => fault !== undefined)).toEqual([]);
  expect([...refusals.keys()].filter((reason) => !reasons.includes(reason))).toEqual([]);
  expect([...refusals.values()].map(({ code }) => Code[code]).filter((code) => !EXPECTED.has(code))).toEqual([]);
  expect([...refusals.values()].filter(saysNotWhen)).toEqual([]);
}

const EXPECTED = new Set<string | undefined>(["Unavailable", "ResourceExhausted"]);
const saysNotWhen = (error: ConnectError) => error.findDetails(RetryInfoSchema).length !== 1;

it("PostgreSQL crashes under load and is gone for ten seconds", async () => {
  const ledger = await startOwnLedger(makeFolder());
  const bank = await startLoadOn(ledger);
  await bank.answersMore(200);
  await ledger.takeAway();
  const gone = Date.now();
  await until(
    () => Date.now() > gone + 10_000 && bank.refusals.size > 0,
    DEADLINE_MS,
    () => "nobody was refused",
  );
  await ledger.bringBack();
  await bank.answersMore(200);
  const outcome = await bank.load.stop();
  await expectExactly(ledger, bank, outcome, ["DEPENDENCY_UNAVAILABLE", "NOT_THE_WRITER"]);
}, 120_000);

it("the disk is full, until somebody makes room", async ({ annotate }) => {
  const folder = makeFolder();
  const refusal = mountSmallDisk(folder);
  if (refusal !== undefined) {
    // Only root may mount: elsewhere there is no small disk to fill, and nothing is shown here.
    process.stderr.write(`the disk was not filled: ${refusal}\n`);
    await annotate(`the disk was not filled: ${refusal}`);
    expect(refusal).toMatch(/permission denied|not permitted|superuser|ENOENT/i);
    return;
  }
  const ledger = await startOwnLedger(folder);
  await prepareWal(ledger.superuserUrl);
  const bank = await startLoadOn(ledger);
  await bank.answersMore(100);
  const filler = join(folder, "filler");
  fill(filler);
  await until(
    () => bank.refusals.has("STORAGE_FULL"),
    DEADLINE_MS,
    () => `the disk is not full; refused as ${[...bank.refusals.keys()]}`,
  );
  expect(bank.refusals.get("STORAGE_FULL")?.code).toBe(Code.ResourceExhausted);
  rmSync(filler);
  await bank.answersMore(200);
  const outcome = await bank.load.stop();
  await expectExactly(ledger, bank, outcome, ["STORAGE_FULL", "DEPENDENCY_UNAVAILABLE", "NOT_THE_WRITER"]);
}, 180_000);

/** Gives the reason where it is not permitted. */
function mountSmallDisk(folder: string): string | undefined {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=400m,mode=755", "tmpfs", folder], {
      encoding: "utf8",
      stdio: "pipe",
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  onTestFinished(() => void execFileSync("umount", [folder]));
  return undefined;
}

/** Makes files for the write-ahead log while there is room: without them PostgreSQL would end, and not just refuse. */
async function prepareWal(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  for (let segment = 0; segment < 6; segment++) {
    await sql`select pg_logical_emit_message(true, 'test', 'x')`;
    await sql`select pg_switch_wal()`;
  }
  await sql`checkpoint`;
  await sql.end();
}

/** Takes all the room there is. */
function fill(file: string): void {
  const descriptor = openSync(file, "w");
  try {
    for (let size = 1 << 20; size >= 1 << 12; size >>= 1) {
      try {
        for (;;) {
          writeSync(descriptor, Buffer.alloc(size));
        }
      } catch (error) {
        if (!hasCode(error, "ENOSPC")) {
          throw error;
        }
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
