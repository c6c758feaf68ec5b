/** What many clients see while the ledger is killed and its connections break is one serial history. */
import { randomUUID } from "node:crypto";
import { ConnectError } from "@connectrpc/connect";
import postgres from "postgres";
import { expect, inject, it } from "vitest";
import { CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import type { Transfer } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { CreateTransferResult } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { until } from "#platform/embedded/server-process.ts";
import { toTimeNs } from "../mapping.ts";
import { verifyBooks } from "../store/verify/verify.ts";
import { FAULTS } from "./break-ledger.ts";
import { account, deposit, make, transfer } from "./build.ts";
import { type LedgerClient, openClient } from "./client.ts";
import { startLedgerProcess } from "./ledger-process.ts";
import { untilAnswered } from "./resend.ts";
import { type Operation, type Sums, violationOf } from "./serial-history.ts";

const CLIENTS = 12;
const DEADLINE_MS = 60_000;
/** Times that each way to break it is tried. */
const ROUNDS = 2;
/** Answers between two faults. */
const ANSWERS = 150;
/** Of so many transfers, one is sent once and given up where no answer comes. */
const GIVEN_UP = 4;

/** A transfer that got no answer. */
interface Unanswered {
  readonly id: string;
  readonly askedMs: number;
}

/** Clients that move money and read balances, and write down what they see. */
function startClients(client: LedgerClient, accounts: readonly { id: string }[]) {
  const history: Operation[] = [];
  const unanswered: Unanswered[] = [];
  let isOver = false;

  const readSome = async (): Promise<void> => {
    const ids = accounts.filter(() => Math.random() < 0.5).map(({ id }) => id);
    if (ids.length === 0) {
      return;
    }
    const { sums, askedMs } = await untilAnswered(async () => {
      // One that failed saw nothing: only the one that was answered counts.
      const asked = performance.now();
      const found = await client.lookupAccounts({ ids });
      const read = found.accounts.map((one): [string, Sums] => [
        one.id,
        { debits: one.debitsPosted, credits: one.creditsPosted },
      ]);
      return { sums: new Map(read), askedMs: asked };
    });
    history.push({ kind: "read", askedMs, answeredMs: performance.now(), sums });
  };

  const moveSome = async (): Promise<void> => {
    const [debit, credit] = twoOf(accounts);
    const asked = transfer(debit, credit, BigInt(1 + Math.floor(Math.random() * 30)));
    const askedMs = performance.now();
    const ask = () => client.createTransfers({ transfers: [asked] });
    if (Math.random() < 1 / GIVEN_UP) {
      const answer = await ask().catch((error: unknown) => ConnectError.from(error));
      if (answer instanceof ConnectError) {
        unanswered.push({ id: asked.id, askedMs });
        return;
      }
      history.push(operationOf(asked, answer.results[0], askedMs));
      return;
    }
    history.push(operationOf(asked, (await untilAnswered(ask)).results[0], askedMs));
  };

  const running = Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (!isOver) {
        await (Math.random() < 0.4 ? readSome() : moveSome());
      }
    }),
  );
  let failure: { readonly error: unknown } | undefined;
  running.catch((error: unknown) => {
    failure = { error };
  });
  return {
    unanswered,
    answered() {
      if (failure !== undefined) {
        throw failure.error;
      }
      return history.length;
    },
    async stop(): Promise<Operation[]> {
      isOver = true;
      await running;
      return history;
    },
  };
}

function twoOf<Item>(items: readonly Item[]): [Item, Item] {
  const first = Math.floor(Math.random() * items.length);
  const second = (first + 1 + Math.floor(Math.random() * (items.length - 1))) % items.length;
  const [one, other] = [items[first], items[second]];
  if (one === undefined || other === undefined) {
    throw new Error("there are two at least");
  }
  return [one, other];
}

function operationOf(
  asked: ReturnType<typeof transfer>,
  result: CreateTransferResult | undefined,
  askedMs: number,
): Operation {
  const interval = { askedMs, answeredMs: performance.now() };
  const { debitAccountId: debit = "", creditAccountId: credit = "" } = asked;
  const amount = asked.amount?.minorUnits ?? 0n;
  const status = CreateTransferStatus[result?.status ?? 0];
  if (result?.bookTime !== undefined) {
    expect(["CREATED", "EXISTS"]).toContain(status);
    return { kind: "booked", ...interval, debit, credit, amount, bookTimeNs: toTimeNs(result.bookTime) };
  }
  expect(["EXCEEDS_CREDITS", "ID_ALREADY_FAILED"]).toContain(status);
  return { kind: "refused", ...interval, debit, amount };
}

/** What was given up may have been booked: the books say so in the end. */
async function resolve(client: LedgerClient, unanswered: readonly Unanswered[]): Promise<Operation[]> {
  if (unanswered.length === 0) {
    return [];
  }
  const asked = new Map(unanswered.map(({ id, askedMs }) => [id, askedMs]));
  const { transfers } = await client.lookupTransfers({ ids: [...asked.keys()] });
  return transfers.map(({ id, debitAccountId, creditAccountId, amount, bookTime }: Transfer) => ({
    kind: "booked",
    askedMs: asked.get(id) ?? 0,
    answeredMs: Number.POSITIVE_INFINITY,
    debit: debitAccountId,
    credit: creditAccountId,
    amount: amount?.minorUnits ?? 0n,
    bookTimeNs: bookTime === undefined ? 0n : toTimeNs(bookTime),
  }));
}

function urlOf(database: string): string {
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${database}`;
  return url.href;
}

it("transfers, refusals and reads under kills and broken connections are strictly serializable", async () => {
  const ledger = await startLedgerProcess();
  const client = await openClient(ledger.address, `bank-${randomUUID().slice(0, 8)}`);
  const accounts = [account(), deposit(), deposit(), deposit(), deposit()];
  await make(client, ...accounts);
  const sql = postgres(urlOf(ledger.databaseName), { max: 2, onnotice: () => {} });
  const clients = startClients(client, accounts);
  for (const fault of Array.from({ length: ROUNDS }, () => FAULTS).flat()) {
    const before = clients.answered();
    await until(
      () => clients.answered() >= before + ANSWERS,
      DEADLINE_MS,
      () => `nobody is answered before ${fault.name}`,
    );
    await fault(ledger, sql);
  }
  await sql.end();
  const history = await clients.stop();
  const all = [...history, ...(await resolve(client, clients.unanswered))];
  expect(violationOf(all)).toBeUndefined();
  for (const kind of ["booked", "refused", "read"]) {
    expect(all.filter((operation) => operation.kind === kind).length).toBeGreaterThan(50);
  }
  const { checks } = await verifyBooks(ledger.databaseUrls.worker, () => {});
  expect(checks.filter(({ fault }) => fault !== undefined)).toEqual([]);
}, 300_000);
