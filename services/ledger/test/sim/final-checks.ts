/** What must hold when a run has come to rest. */
import assert from "node:assert/strict";
import { balanceOf, expiryOf, isClosed, stateOf, transfersOf } from "../../domain/testing/oracle-books.ts";
import type { Acknowledged } from "./callers.ts";
import { readsOf } from "./simulated-loader.ts";
import { type SimulatedPostgres, verifyHashes } from "./simulated-postgres.ts";
import type { Witness } from "./witness.ts";

/** Whether anything is still pending that has expired by then. */
export function hasDue({ oracles }: Witness, nowMs: number): boolean {
  const nowNs = BigInt(nowMs) * 1_000_000n;
  return [...oracles.values()].some((oracle) =>
    transfersOf(oracle).some(
      (transfer) =>
        transfer.timeoutSeconds > 0 && stateOf(oracle, transfer) === "pending" && expiryOf(transfer) <= nowNs,
    ),
  );
}

export function assertAllIsWell(
  postgres: SimulatedPostgres,
  witness: Witness,
  acknowledged: readonly Acknowledged[],
): void {
  const booked = [...witness.oracles.values()].reduce((count, { events }) => count + events.length, 0);
  assert.equal(postgres.log.length, booked, "the log holds what the oracle booked, and no more");
  verifyHashes(postgres);
  assertAcknowledged(postgres, acknowledged);
  assertBalances(postgres, witness);
}

function assertAcknowledged({ log }: SimulatedPostgres, acknowledged: readonly Acknowledged[]): void {
  const times = new Map(
    log.map(({ table, tenant, fields }) => [
      `${table} ${tenant} ${fields["id"]}`,
      fields["book_time_ns"] ?? fields["create_time_ns"],
    ]),
  );
  for (const { table, tenant, id, timeNs } of acknowledged) {
    assert.equal(times.get(`${table} ${tenant} ${id}`), timeNs, "what was acknowledged is there");
  }
}

function assertBalances(postgres: SimulatedPostgres, { oracles }: Witness): void {
  postgres.advance(postgres.log.length);
  const reads = readsOf(postgres);
  for (const [tenant, oracle] of oracles) {
    const ids = oracle.events.flatMap((event) => (event.kind === "account" ? [event.id] : []));
    const sums = new Map<string, bigint>();
    for (const account of reads.accounts(tenant, ids)) {
      const { id, ledger, currencyCode, debitsPosted, creditsPosted, debitsPending, creditsPending, closed } = account;
      assert.deepEqual(
        { debitsPosted, creditsPosted, debitsPending, creditsPending, closed },
        { ...balanceOf(oracle, id), closed: isClosed(oracle, id) },
      );
      const books = `${ledger} ${currencyCode}`;
      sums.set(books, (sums.get(books) ?? 0n) + debitsPosted - creditsPosted);
      sums.set(`${books} pending`, (sums.get(`${books} pending`) ?? 0n) + debitsPending - creditsPending);
      const { balanceConstraint, overdraftLimit } = account;
      assert(
        balanceConstraint !== "debits_must_not_exceed_credits" ||
          debitsPosted + debitsPending <= creditsPosted + overdraftLimit,
        "a bound holds",
      );
      assert(
        balanceConstraint !== "credits_must_not_exceed_debits" ||
          creditsPosted + creditsPending <= debitsPosted + overdraftLimit,
        "a bound holds",
      );
    }
    assert.deepEqual(
      [...sums.values()].filter((sum) => sum !== 0n),
      [],
      "debits are credits",
    );
  }
}
