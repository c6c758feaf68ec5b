/**
 * Sees what is decided and what becomes durable, and asks the oracle the same in the order of the log: answers, rows and
 * balances must be the oracle's. What was decided and lost with its process never reaches the oracle.
 */
import assert from "node:assert/strict";
import type { NewAccount } from "../../domain/account.ts";
import type { Id } from "../../domain/id.ts";
import {
  createOracle,
  oracleCreateAccounts,
  oracleCreateTransfers,
  oracleExpireNext,
} from "../../domain/testing/oracle.ts";
import { accountOf, balanceOf, isClosed, type Oracle } from "../../domain/testing/oracle-books.ts";
import type { NewTransfer } from "../../domain/transfer.ts";
import { assertSameRow } from "./same-row.ts";
import type { SimulatedPostgres } from "./simulated-postgres.ts";
import type { World } from "./world.ts";

/** What a caller asks for. */
export type Question =
  | { readonly kind: "accounts"; readonly asked: readonly NewAccount[] }
  | { readonly kind: "transfers"; readonly asked: readonly NewTransfer[] }
  | { readonly kind: "lookup"; readonly asked: readonly Id[] };

/** One sending of a question, and once it is durable what the oracle says to it. */
export interface Attempt {
  readonly question: Question;
  expected: unknown;
  /** Decided by a process that had been replaced, and wrote nothing: its answer is of the past. */
  isStale: boolean;
}

interface Decision {
  readonly tenant: string;
  readonly nowNs: bigint;
  readonly entries: number;
  /** The last number of the log when it has happened. */
  readonly upto: number;
  readonly attempt: Attempt | undefined;
}

export interface Witness {
  /** Follows a writer whose log begins after a number. */
  follow(
    epoch: number,
    number: number,
  ): { decided(tenant: string, nowNs: bigint, entries: number, attempt: Attempt | undefined): void };
  readonly oracles: ReadonlyMap<string, Oracle>;
}

export function openWitness(world: World, postgres: SimulatedPostgres): Witness {
  const oracles = new Map<string, Oracle>();
  const undecided = new Map<number, Decision[]>();

  const oracleOf = (tenant: string): Oracle => {
    const oracle = oracles.get(tenant) ?? createOracle();
    oracles.set(tenant, oracle);
    return oracle;
  };

  const apply = ({ tenant, nowNs, entries, upto, attempt }: Decision) => {
    const oracle = oracleOf(tenant);
    const before = oracle.events.length;
    if (attempt === undefined) {
      for (let count = 0; count < entries; count++) {
        assert(oracleExpireNext(oracle, nowNs), "what expires is due");
      }
    } else {
      attempt.expected = answerOf(oracle, attempt.question, nowNs);
    }
    const booked = oracle.events.slice(before);
    assert.equal(booked.length, entries, "the log grows by what the oracle books");
    for (const [index, event] of booked.entries()) {
      const row = postgres.log[upto - entries + index];
      assert(row !== undefined && row.tenant === tenant, "an entry is durable when it is told");
      assertSameRow(row, event);
    }
  };

  const settle = (epoch: number, number: number) => {
    const queue = undecided.get(epoch) ?? [];
    try {
      for (let [first] = queue; first !== undefined && first.upto <= number; [first] = queue) {
        queue.shift();
        apply(first);
      }
    } catch (error) {
      world.fault(error);
    }
  };

  postgres.onCommit(settle);
  return {
    oracles,
    follow(epoch, number) {
      undecided.clear();
      const queue: Decision[] = [];
      undecided.set(epoch, queue);
      let upto = number;
      return {
        decided(tenant, nowNs, entries, attempt) {
          upto += entries;
          if (postgres.epoch() !== epoch) {
            if (attempt !== undefined) attempt.isStale = entries === 0;
            return;
          }
          queue.push({ tenant, nowNs, entries, upto, attempt });
          settle(epoch, postgres.log.length);
        },
      };
    },
  };
}

function answerOf(oracle: Oracle, question: Question, nowNs: bigint): unknown {
  switch (question.kind) {
    case "accounts":
      return oracleCreateAccounts(oracle, question.asked, nowNs);
    case "transfers":
      return oracleCreateTransfers(oracle, question.asked, nowNs);
    case "lookup":
      return question.asked.flatMap((id) => {
        const account = accountOf(oracle, id);
        return account === undefined ? [] : [{ id, ...balanceOf(oracle, id), closed: isClosed(oracle, id) }];
      });
  }
}
