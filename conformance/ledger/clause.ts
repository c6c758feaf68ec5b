/** A sentence of the contract with the proof that a ledger keeps it. */
import type { Capability, LedgerHarness } from "./harness.ts";
import { type Ledger, openLedger, type Provoked } from "./ledger.ts";

/** What a clause is numbered by: a clause of the contract, or an RPC whose comment says it. */
export type ClauseId = `LEDGER-${number}` | `LedgerService.${string}`;

/** One proof. */
export interface Clause {
  readonly id: ClauseId;
  /** What a ledger does that keeps it. */
  readonly says: string;
  /** What the harness must offer besides a client. */
  readonly needs: Capability | undefined;
  /** Throws when the ledger, on books of its own, does otherwise. */
  readonly check: (ledger: Ledger) => Promise<void>;
}

/** Clauses of one subject. */
export interface ClauseGroup {
  readonly name: string;
  readonly clauses: readonly Clause[];
}

/** Writes a clause down. */
export function clause(
  id: ClauseId,
  says: string,
  check: (ledger: Ledger) => Promise<void>,
  options: { readonly needs?: Capability } = {},
): Clause {
  return { id, says, needs: options.needs, check };
}

/** Puts a ledger through a clause, on books that are its own; the statuses it answered are added to `provoked`. */
export async function runClause({ check }: Clause, harness: LedgerHarness, provoked: Provoked): Promise<void> {
  await check(openLedger(harness, provoked));
}
