/** The ledger as a process that is killed again and again does just what a simple model of it does. */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { BalanceConstraint, PendingState, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { verifyBooks } from "../store/verify/verify.ts";
import { account, make, transfer } from "./build.ts";
import { type LedgerClient, openClient } from "./client.ts";
import { type LedgerProcess, startLedgerProcess } from "./ledger-process.ts";
import { type Command, type Model, openModel, send } from "./model.ts";
import { untilAnswered } from "./resend.ts";

type TransferInit = NonNullable<Parameters<typeof transfer>[3]>;

/** Sequences of commands, each with some kills in it. */
const RUNS = 12;
const BOUNDS = ["none", "debits", "debits", "credits"] as const;
const CONSTRAINTS = {
  none: BalanceConstraint.UNSPECIFIED,
  debits: BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS,
  credits: BalanceConstraint.CREDITS_MUST_NOT_EXCEED_DEBITS,
};

/** A command, or one that came before once more; and whether the process is killed while it is under way. */
type Step =
  | { readonly command: Command; readonly isKill: boolean }
  | { readonly again: number; readonly isKill: boolean };

const accounts = fc.nat(BOUNDS.length - 1);
const amounts = fc.integer({ min: 0, max: 20 });
// Numbers of commands that came before, taken by the remainder.
const earlier = fc.nat(1_000);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("transfer"), debit: accounts, credit: accounts, amount: amounts }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("pending"), debit: accounts, credit: accounts, amount: amounts }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("post"), of: earlier, amount: fc.option(amounts, { nil: undefined }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("void"), of: earlier }) },
);
const isKill = fc.integer({ min: 0, max: 14 }).map((roll) => roll === 14);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ command, isKill }) },
  { weight: 1, arbitrary: fc.record({ again: earlier, isKill }) },
);

/** The real ledger and the model of it, side by side. */
interface Pair {
  readonly ledger: LedgerProcess;
  readonly client: LedgerClient;
  readonly model: Model;
  readonly accounts: readonly { id: string }[];
  readonly sent: { readonly id: string; readonly command: Command }[];
}

async function openPair(ledger: LedgerProcess): Promise<Pair> {
  const client = await openClient(ledger.address, `bank-${randomUUID().slice(0, 8)}`);
  const made = BOUNDS.map((bound) => account({ balanceConstraint: CONSTRAINTS[bound] }));
  await make(client, ...made);
  return { ledger, client, model: openModel(BOUNDS), accounts: made, sent: [] };
}

async function take(pair: Pair, taken: Step): Promise<void> {
  const { sent, model, client, ledger } = pair;
  if ("command" in taken) {
    const { command: asked } = taken;
    const refers = asked.kind === "post" || asked.kind === "void";
    sent.push({ id: randomUUID(), command: refers ? { ...asked, of: asked.of % (sent.length + 1) } : asked });
  }
  const number = "command" in taken ? sent.length - 1 : taken.again % Math.max(1, sent.length);
  const one = sent[number];
  if (one === undefined) {
    return;
  }
  const expected = send(model, number, one.command);
  const transfers = [toTransfer(pair, one)];
  const answering = untilAnswered(() => client.createTransfers({ transfers }));
  if (taken.isKill) {
    await ledger.kill();
    await ledger.start();
  }
  const [result] = (await answering).results;
  const status = CreateTransferStatus[result?.status ?? 0] ?? "";
  const first = CreateTransferStatus[result?.firstStatus ?? 0];
  if (taken.isKill) {
    // It may have been done before the kill: then the answer is that of one sent again.
    const again = send(model, number, one.command);
    expect([expected, again]).toContain(status);
  } else {
    expect(status).toBe(expected);
  }
  if (status === "ID_ALREADY_FAILED") {
    expect(first).toBe(model.failed.get(number));
  }
}

function toTransfer({ accounts, sent }: Pair, { id, command: asked }: Pair["sent"][number]): TransferInit {
  if ("debit" in asked) {
    const [debit, credit] = [accounts[asked.debit], accounts[asked.credit]];
    if (debit === undefined || credit === undefined) {
      throw new Error("there are no such accounts");
    }
    const phase = asked.kind === "pending" ? TransferPhase.PENDING : TransferPhase.UNSPECIFIED;
    return transfer(debit, credit, BigInt(asked.amount), { id, phase });
  }
  const pendingId = sent[asked.of]?.id ?? id;
  const amount = asked.kind === "post" && asked.amount !== undefined ? BigInt(asked.amount) : undefined;
  return {
    id,
    pendingId,
    phase: asked.kind === "post" ? TransferPhase.POST_PENDING : TransferPhase.VOID_PENDING,
    ...(amount === undefined ? {} : { amount: { currencyCode: "BRL", minorUnits: amount } }),
  };
}

/** Balances and states of pending transfers are those of the model. */
async function compare({ client, model, accounts, sent }: Pair): Promise<void> {
  const read = await client.lookupAccounts({ ids: accounts.map(({ id }) => id) });
  expect(
    read.accounts.map((one) =>
      [one.debitsPosted, one.creditsPosted, one.debitsPending, one.creditsPending].map(Number),
    ),
  ).toEqual(model.accounts.map((one) => [one.debitsPosted, one.creditsPosted, one.debitsPending, one.creditsPending]));
  if (sent.length > 0) {
    const booked = sent.flatMap(({ id }, number) => {
      const known = model.booked.get(number);
      return known === undefined ? [] : [[id, known.state?.toUpperCase() ?? "UNSPECIFIED"]];
    });
    const found = await client.lookupTransfers({ ids: sent.map(({ id }) => id) });
    expect(found.transfers.map(({ id, state }) => [id, PendingState[state]])).toEqual(booked);
  }
}

it("any commands, with kills among them, leave what the model says", async () => {
  const ledger = await startLedgerProcess();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const pair = await openPair(ledger);
      for (const taken of steps) {
        await take(pair, taken);
        if (taken.isKill) {
          await compare(pair);
        }
      }
      await compare(pair);
    }),
    { numRuns: RUNS },
  );
  const { checks } = await verifyBooks(ledger.databaseUrls.worker, () => {});
  expect(checks.filter(({ fault }) => fault !== undefined)).toEqual([]);
}, 300_000);
