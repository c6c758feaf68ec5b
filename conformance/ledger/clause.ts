/** A sentence of the contract with the proof that a ledger keeps it. */
import * as kit from "../kit/clause.ts";
import { type Capability, type LedgerHarness, PARAMETERS_OF } from "./harness.ts";
import { type Ledger, openLedger, type Provoked } from "./ledger.ts";

/** What a clause is numbered by: a clause of the contract, or an RPC whose comment says it. */
export type ClauseId = `LEDGER-${number}` | `LedgerService.${string}`;

/** One proof. */
export type Clause = kit.Clause<Ledger>;

/** Clauses of one subject. */
export type ClauseGroup = kit.ClauseGroup<Ledger>;

/** Writes a clause down. What needs more than a client is asked for on the way from conformant to certified. */
export function clause(
  id: ClauseId,
  says: string,
  check: (ledger: Ledger) => Promise<void>,
  { needs }: { readonly needs?: Capability } = {},
): Clause {
  return kit.clause(id, says, check, needs === undefined ? {} : { needs: PARAMETERS_OF[needs], level: "certified" });
}

/** Puts a ledger through a clause, on books that are its own; the statuses it answered are added to `provoked`. */
export async function runClause({ check }: Clause, harness: LedgerHarness, provoked: Provoked): Promise<void> {
  await check(openLedger(harness, provoked));
}
