/** The books against the oracle, over random sequences of requests in which every status and every phase occurs. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Books, openBooks } from "./books.ts";
import { createAccounts } from "./create-accounts.ts";
import { createTransfers } from "./create-transfers.ts";
import { expireDue } from "./expire.ts";
import { type Draw, seededDraw } from "./testing/draw.ts";
import { createOracle, oracleCreateAccounts, oracleCreateTransfers, oracleExpireNext } from "./testing/oracle.ts";
import { balanceOf, isClosed, type Oracle } from "./testing/oracle-books.ts";
import { ACCOUNT_RULES, TRANSFER_RULES } from "./testing/oracle-rules.ts";
import { accountAt, randomAccounts } from "./testing/random-accounts.ts";
import { transferMaker } from "./testing/random-transfers.ts";

const RUNS = 600;
const COMMANDS = 60;
const LONGEST_MS = 20_000;
const seen = new Set<string>();

/** Years 2023 and 2200: in the latter the longest timeouts pass what 64 bits hold. */
const STARTS_NS = [1_700_000_000_000_000_000n, 7_258_118_400_000_000_000n];

describe("the books agree with the oracle", () => {
  it("on every result and every balance", () => {
    fc.assert(
      // A command is a seed of its own: what fails is made smaller by leaving commands out.
      fc.property(fc.array(fc.noShrink(fc.nat()), { minLength: 1, maxLength: COMMANDS, size: "max" }), play),
      // The limit is for what follows a failure: it is made smaller only so far.
      { numRuns: RUNS, seed: 20_260_101, interruptAfterTimeLimit: LONGEST_MS, markInterruptAsFailure: true },
    );
  });

  it("while every status of the contract occurs", () => {
    const all = [...ACCOUNT_RULES.map(([status]) => `account ${status}`), ...TRANSFER_RULES.map(([status]) => status)];
    expect(
      [...all, "linked_event_failed", "linked_event_chain_open", "created"].filter((status) => !seen.has(status)),
    ).toEqual([]);
  });

  it("while every phase is booked", () => {
    expect([0, 1, 2, 3, 4].filter((phase) => !seen.has(`phase ${phase}`))).toEqual([]);
  });
});

function play(seeds: readonly number[]): void {
  const books = openBooks();
  const oracle = createOracle();
  const { make } = transferMaker();
  let nowNs = STARTS_NS[(seeds[0] ?? 0) % 8 === 0 ? 1 : 0] ?? 0n;
  const first = [0, 1, 2, 3, 4, 6, 7].map(accountAt);
  agree(createAccounts(books, first, nowNs), oracleCreateAccounts(oracle, first, nowNs), "account ");
  for (const draw of seeds.map(seededDraw)) {
    nowNs += BigInt(stepMs(draw)) * 1_000_000n;
    const kind = draw(20);
    if (kind >= 17) {
      const asked = randomAccounts(draw, nowNs);
      agree(createAccounts(books, asked, nowNs), oracleCreateAccounts(oracle, asked, nowNs), "account ");
    } else if (kind === 16) {
      expireAll(books, oracle, nowNs);
    } else {
      const asked = make(draw, nowNs);
      agree(createTransfers(books, asked, nowNs), oracleCreateTransfers(oracle, asked, nowNs), "");
    }
    agreeOnBalances(books, oracle);
  }
  agreeOnEvents(books, oracle);
}

/** Now and then much time passes, and now and then the clock goes back. */
function stepMs(draw: Draw): number {
  const kind = draw(20);
  return kind === 0 ? -draw(3_000) : kind === 1 ? draw(6_000) : draw(50);
}

function agree(
  actual: readonly { readonly status: string }[],
  expected: readonly { readonly status: string }[],
  prefix: string,
): void {
  assert.deepEqual(actual, expected);
  for (const { status } of actual) {
    seen.add(`${prefix}${status}`);
  }
}

function expireAll(books: Books, oracle: Oracle, nowNs: bigint): void {
  expireDue(books, books.timeouts.takeDue(nowNs, 1_000), nowNs);
  while (oracleExpireNext(oracle, nowNs)) {
    // The next one.
  }
}

function agreeOnBalances(books: Books, oracle: Oracle): void {
  for (const { id, debitsPosted, creditsPosted, debitsPending, creditsPending, closed } of books.accounts.values()) {
    const balance = { debitsPosted, creditsPosted, debitsPending, creditsPending };
    assert.deepEqual({ ...balance, closed }, { ...balanceOf(oracle, id), closed: isClosed(oracle, id) });
  }
}

function agreeOnEvents(books: Books, oracle: Oracle): void {
  const booked = books.added.map((entry) => {
    if (entry.kind !== "transfer") {
      return entry.kind === "account" ? entry.account.id : `${entry.failed.id} ${entry.failed.status}`;
    }
    seen.add(`phase ${entry.transfer.phase}`);
    const { state: _, reversed: __, ...transfer } = entry.transfer;
    return transfer;
  });
  assert.deepEqual(
    booked,
    oracle.events.map((event) => {
      if (event.kind !== "transfer") {
        return event.kind === "account" ? event.id : `${event.id} ${event.status}`;
      }
      const { kind: _, ...transfer } = event;
      return transfer;
    }),
  );
}
