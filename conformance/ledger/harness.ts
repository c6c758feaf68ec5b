/** What a vendor gives the suite: its ledger through a gRPC client, and what more it can show. */
import type { Client } from "@connectrpc/connect";
import type { Event } from "#gen/malla/event/v1/event_pb.js";
import type { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";

/** A client of the ledger that speaks for one tenant. */
export type LedgerClient = Client<typeof LedgerService>;

/** A ledger that can be put through the suite. */
export interface LedgerHarness {
  /** A client for a tenant; asked for with a new name, the tenant has no accounts yet. */
  client(tenant: string): LedgerClient;
  /** The tenant's events so far, in the order of their subjects' facts, as soon as there are `count`. */
  readonly events?: (tenant: string, count: number) => Promise<readonly Event[]>;
  /** Takes the ledger down, runs what is to happen meanwhile, and brings it up again; clients are made anew after. */
  readonly restart?: (whileDown: () => Promise<void>) => Promise<void>;
}

/** What a harness may lack; clauses that need it are then left out, by this name. */
export type Capability = "events" | "restart";

/** Parameters of a run of the kit by which a harness can be made that has it. */
export const PARAMETERS_OF = {
  events: ["nats_url"],
  restart: ["stop_command", "start_command"],
} as const satisfies Record<Capability, readonly string[]>;

/** Whether a clause needs it. */
export function asksFor({ needs }: { readonly needs: readonly string[] }, capability: Capability): boolean {
  return PARAMETERS_OF[capability].some((name) => needs.includes(name));
}

/** Whether the harness can show what a clause needs. */
export function offers(harness: LedgerHarness, clause: { readonly needs: readonly string[] }): boolean {
  return (["events", "restart"] as const).every(
    (capability) => harness[capability] !== undefined || !asksFor(clause, capability),
  );
}
