/** The load generator as a process: does the jobs it is sent, one after the other. */
import { setTimeout as delay } from "node:timers/promises";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { CreateAccountStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { BalanceConstraint } from "#gen/malla/ledger/v1/ledger_pb.js";
import { CreateAccountsRequestSchema, CreateAccountsResponseSchema } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { cpuBetween, readCpu, type WatchedProcesses } from "./cpu.ts";
import { type Drive, drive } from "./drive.ts";
import { driveHttp1, isBookedByEdge, isEchoed } from "./drive-http1.ts";
import { ID_BYTES, ID_CHARACTERS, writeAccountId, writeIdText } from "./ids.ts";
import type { Job, JobAnswer, MeasuredLoad } from "./jobs.ts";
import { callOnce, openWire } from "./open-wire.ts";
import { CODE, CURRENCY, createRequests, readIds } from "./requests.ts";
import { FULL_BATCH } from "./shapes.ts";
import { openTally, type Tally } from "./tally.ts";
import { WireError } from "./wire.ts";

/** Deadline of a full batch of accounts, in seconds. */
const ACCOUNTS_SECONDS = 60;
/** How often it is looked whether enough was booked, in milliseconds. */
const POLL_MS = 2;
/** Far above what any run moves: the constraint is checked for every transfer and refuses none. */
const OVERDRAFT_LIMIT = 10n ** 15n;

const answer = (message: JobAnswer) => process.send?.(message);

process.on("message", (job: Job) => {
  work(job).then(
    (load) => answer(load === undefined ? { kind: "done" } : { kind: "done", load }),
    (error: unknown) => answer(failureOf(error)),
  );
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
answer({ kind: "ready" });

async function work(job: Job): Promise<MeasuredLoad | undefined> {
  const tally = openTally();
  switch (job.kind) {
    case "accounts":
      await makeAccounts(job);
      return undefined;
    case "grpc": {
      const { shape, accountIds, accounts } = job;
      const next = createRequests({ ...shape, accountIds, accounts });
      const load = await measure(job, tally, () => drive(shape, job.wireKind, job.wire, next, tally));
      return job.until.kind === "failure" && tally.lastAnswered !== undefined
        ? { ...load, lastIds: readIds(shape.way, tally.lastAnswered) }
        : load;
    }
    case "http1": {
      const isBooked = job.answers === "edge" ? isBookedByEdge : isEchoed;
      return measure(job, tally, () => driveHttp1(job.target, job.callers, job.accountIds, tally, isBooked));
    }
  }
}

async function measure(
  { warmupSeconds, until, watched }: Exclude<Job, { kind: "accounts" }>,
  tally: Tally,
  start: () => Drive,
): Promise<MeasuredLoad> {
  const processes: WatchedProcesses = { ...watched, client: process.pid };
  const load = start();
  await Promise.race([delay(warmupSeconds * 1000), load.failed]);
  const before = readCpu(processes);
  tally.begin();
  const measured = () => ({ ...tally.result(), cpu: cpuBetween(before, readCpu(processes)) });
  if (until.kind === "failure") {
    await load.failed.catch(() => {});
    return measured();
  }
  await Promise.race([
    until.kind === "seconds" ? delay(until.seconds * 1000) : booked(tally, until.transfers),
    load.failed,
  ]);
  const result = measured();
  await load.stop();
  return { ...result, transfersInAll: tally.transfersInAll };
}

async function booked(tally: Tally, transfers: number): Promise<void> {
  const from = tally.transfersInAll;
  while (tally.transfersInAll - from < transfers) {
    await delay(POLL_MS);
  }
}

async function makeAccounts({
  wire: options,
  accountIds,
  keepsHistory,
}: Extract<Job, { kind: "accounts" }>): Promise<void> {
  const wire = openWire("grpc-js", options);
  try {
    const ids = accountIdTexts(accountIds);
    while (ids.length > 0) {
      const accounts = ids.splice(0, FULL_BATCH).map((id) => ({
        id,
        ledger: 1,
        currencyCode: CURRENCY,
        code: CODE,
        balanceConstraint: BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS,
        overdraftLimit: OVERDRAFT_LIMIT,
        keepsHistory,
      }));
      const request = toBinary(CreateAccountsRequestSchema, create(CreateAccountsRequestSchema, { accounts }));
      const bytes = await callOnce(wire, "CreateAccounts", Buffer.from(request), ACCOUNTS_SECONDS);
      const refused = fromBinary(CreateAccountsResponseSchema, bytes).results.find(
        ({ status }) => status !== CreateAccountStatus.CREATED,
      );
      if (refused !== undefined) {
        throw new Error(`an account was not made: ${CreateAccountStatus[refused.status]}`);
      }
    }
  } finally {
    wire.close();
  }
}

function accountIdTexts(accountIds: { readonly base: string; readonly count: number }): string[] {
  const base = Buffer.from(accountIds.base, "hex");
  const id = Buffer.alloc(ID_BYTES);
  const text = Buffer.alloc(ID_CHARACTERS);
  return Array.from({ length: accountIds.count }, (_, index) => {
    writeAccountId(base, index, id, 0);
    writeIdText(id, 0, text, 0);
    return text.toString("latin1");
  });
}

function failureOf(error: unknown): JobAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof WireError ? { kind: "failed", message, code: error.code } : { kind: "failed", message };
}
