/**
 * The clauses of malla.ledger.v1 as a suite for any ledger that speaks the contract: each runs on books of its own,
 * through a gRPC client that the harness gives.
 */

import { CreateAccountStatusSchema, CreateTransferStatusSchema } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { accounts } from "./accounts.ts";
import { balances } from "./balances.ts";
import { balancing } from "./balancing.ts";
import { bounds } from "./bounds.ts";
import { chains } from "./chains.ts";
import type { ClauseGroup } from "./clause.ts";
import { closing } from "./closing.ts";
import { entries } from "./entries.ts";
import { events } from "./events.ts";
import { expiry } from "./expiry.ts";
import { imports } from "./imports.ts";
import type { AccountStatus, Provoked, TransferStatus } from "./ledger.ts";
import { loads } from "./loads.ts";
import { precedence } from "./precedence.ts";
import { reads } from "./reads.ts";
import { reversals } from "./reversals.ts";
import { statuses, UNPROVOKABLE_ACCOUNT_STATUSES, UNPROVOKABLE_TRANSFER_STATUSES } from "./statuses.ts";
import { streams } from "./streams.ts";
import { transfers } from "./transfers.ts";
import { twoPhase } from "./two-phase.ts";

export { type Clause, type ClauseGroup, type ClauseId, runClause } from "./clause.ts";
export { asksFor, type Capability, type LedgerClient, type LedgerHarness, offers } from "./harness.ts";
export type { Provoked } from "./ledger.ts";

/** All clauses, by subject. */
export const ledgerSuite: readonly ClauseGroup[] = [
  accounts,
  transfers,
  bounds,
  chains,
  twoPhase,
  expiry,
  balancing,
  closing,
  reversals,
  imports,
  reads,
  entries,
  balances,
  loads,
  streams,
  events,
  statuses,
  precedence,
];

/** Nothing provoked yet. */
export function nothingProvoked(): Provoked {
  return { accounts: new Set<AccountStatus>(), transfers: new Set<TransferStatus>() };
}

/** Statuses of the contract that no clause run so far has seen, though a ledger can answer them. */
export function unprovoked({ accounts, transfers }: Provoked): string[] {
  const missing = (names: readonly string[], seen: ReadonlySet<string>, excused: object) =>
    names.filter((name) => !seen.has(name) && !(name in excused));
  const namesOf = ({ values }: typeof CreateAccountStatusSchema | typeof CreateTransferStatusSchema) =>
    values.map(({ localName }) => localName);
  return [
    ...missing(namesOf(CreateAccountStatusSchema), accounts, UNPROVOKABLE_ACCOUNT_STATUSES),
    ...missing(namesOf(CreateTransferStatusSchema), transfers, UNPROVOKABLE_TRANSFER_STATUSES),
  ];
}
