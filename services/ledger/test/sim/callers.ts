/** Callers who ask, send again until they are answered, and now and then send twice or long after. */
import assert from "node:assert/strict";
import { happens } from "../../domain/testing/draw.ts";
import { ACCOUNT_COUNT, accountAt, accountId, randomAccounts } from "../../domain/testing/random-accounts.ts";
import { transferMaker } from "../../domain/testing/random-transfers.ts";
import type { LedgerProcess } from "./process.ts";
import type { Attempt, Question } from "./witness.ts";
import type { World } from "./world.ts";

/** An item that a caller was told is booked. */
export interface Acknowledged {
  readonly tenant: string;
  readonly table: "accounts" | "transfers";
  readonly id: string;
  readonly timeNs: bigint;
}

export interface Callers {
  /** Asks something new. */
  ask(): void;
  /** Asks for every balance. */
  askForBalances(): void;
  /** Questions that were not answered yet. */
  unanswered(): number;
  readonly acknowledged: readonly Acknowledged[];
  /** Answers, by status. */
  readonly statuses: ReadonlyMap<string, number>;
}

interface Asking {
  readonly tenant: string;
  readonly question: Question;
  isAnswered: boolean;
}

const TENANTS = ["brasa", "d'água"];

/** `pickProcess` gives one that answers, or one that was replaced and does not know it. */
export function openCallers(world: World, pickProcess: () => LedgerProcess | undefined): Callers {
  const { draw } = world;
  const makers = TENANTS.map((_, index) => transferMaker(index));
  const acknowledged: Acknowledged[] = [];
  const statuses = new Map<string, number>();
  let unanswered = 0;
  let count = 0;

  const question = (tenant: number): Question => {
    count++;
    if (count <= TENANTS.length) {
      return { kind: "accounts", asked: [0, 1, 2, 3, 4, 5, 6].map(accountAt) };
    }
    const nowNs = BigInt(world.nowMs) * 1_000_000n;
    const kind = draw(20);
    if (kind === 0) {
      return { kind: "lookup", asked: Array.from({ length: 1 + draw(4) }, () => accountId(draw(ACCOUNT_COUNT))) };
    }
    return kind <= 2
      ? { kind: "accounts", asked: randomAccounts(draw, nowNs) }
      : { kind: "transfers", asked: makers[tenant]?.make(draw, nowNs) ?? [] };
  };

  const send = (asking: Asking): void => {
    const process = pickProcess();
    if (process === undefined) {
      world.later(() => send(asking));
      return;
    }
    const attempt: Attempt = { question: asking.question, expected: undefined, isStale: false };
    process.attribute(attempt);
    answer(process, asking).then(
      (results) => {
        try {
          check(asking, attempt, results);
        } catch (error) {
          world.fault(error);
        }
        if (!asking.isAnswered) {
          asking.isAnswered = true;
          unanswered--;
        }
      },
      () => {
        if (!asking.isAnswered) world.later(() => send(asking));
      },
    );
  };

  const answer = async (
    { ledger }: LedgerProcess,
    { tenant, question: { kind, asked } }: Asking,
  ): Promise<readonly unknown[]> => {
    const scope = { tenant, deadlineMs: world.nowMs + (world.isCalm ? 1_000_000_000 : 1 + draw(2_000)) };
    switch (kind) {
      case "accounts":
        return ledger.createAccounts(scope, asked);
      case "transfers":
        return ledger.createTransfers(scope, asked);
      case "lookup":
        return (await ledger.lookupAccounts(scope, asked)).map(
          ({ id, debitsPosted, creditsPosted, debitsPending, creditsPending, closed }) => ({
            id,
            debitsPosted,
            creditsPosted,
            debitsPending,
            creditsPending,
            closed,
          }),
        );
    }
  };

  const check = ({ tenant, question }: Asking, attempt: Attempt, results: readonly unknown[]): void => {
    if (attempt.isStale) {
      return;
    }
    assert(attempt.expected !== undefined, "nothing is answered before it is durable");
    assert.deepEqual(results, attempt.expected);
    for (const [index, result] of results.entries()) {
      const { status = "read", ...times } = fieldsOf(result);
      statuses.set(String(status), (statuses.get(String(status)) ?? 0) + 1);
      const timeNs = times["createTimeNs"] ?? times["bookTimeNs"];
      const item = question.asked[index];
      // Named twice in a chain that fails, an id exists by what the chain then takes back.
      const isTwice = question.asked.filter((other) => fieldsOf(other)["id"] === fieldsOf(item)["id"]).length > 1;
      if (typeof timeNs === "bigint" && typeof item === "object" && !isTwice) {
        const table = question.kind === "accounts" ? "accounts" : "transfers";
        acknowledged.push({ tenant, table, id: item.id, timeNs });
      }
    }
  };

  const begin = (tenant: string, asked: Question): Asking => {
    const asking = { tenant, question: asked, isAnswered: false };
    unanswered++;
    send(asking);
    return asking;
  };

  return {
    ask() {
      const tenant = count < TENANTS.length ? count : draw(TENANTS.length);
      const asking = begin(TENANTS[tenant] ?? "", question(tenant));
      if (happens(draw, 15)) send(asking);
      if (happens(draw, 10)) world.later(() => send(asking));
    },
    askForBalances() {
      for (const tenant of TENANTS) {
        const asked = Array.from({ length: ACCOUNT_COUNT }, (_, index) => accountId(index));
        begin(tenant, { kind: "lookup", asked });
      }
    },
    unanswered: () => unanswered,
    acknowledged,
    statuses,
  };
}

function fieldsOf(result: unknown): Record<string, unknown> {
  return typeof result === "object" && result !== null ? { ...result } : {};
}
