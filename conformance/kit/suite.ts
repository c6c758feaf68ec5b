/** The clauses of one capability's provider contract, ready to be put to any endpoint. */
import type { DescService } from "@bufbuild/protobuf";
import type { Client, ServiceImpl } from "@connectrpc/connect";
import type { Capabilities } from "#gen/malla/vendor/v1/capabilities_pb.js";
import type { ClauseGroup } from "./clause.ts";

/** Something that the vendor's side must tell the kit, such as an account with money in it. */
export interface Parameter {
  readonly name: string;
  /** What it is and what it must hold, for who runs the kit. */
  readonly what: string;
}

/** A capability's clauses. `Subject` is what its clauses talk to. */
export interface Suite<Service extends DescService = DescService, Subject = unknown> {
  /** E.g. "kyc". */
  readonly capability: string;
  /** What the vendor serves. */
  readonly service: Service;
  /** Optional features that the contract defines; advertising another is a fault. */
  readonly features: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly groups: readonly ClauseGroup<Subject>[];
  /**
   * Of a contract without GetCapabilities: what the vendor is, as far as it can be asked and the run's parameters tell.
   * Throws where nobody answers.
   */
  readonly describe?: (
    client: Client<Service>,
    parameter: (name: string) => string | undefined,
  ) => Promise<Capabilities>;
  /** Makes what a clause is given; asked anew for each clause. */
  readonly open: (target: Target<Service>) => Subject;
}

/** The vendor under test. */
export interface Target<Service extends DescService> {
  /** What the vendor said it can do. */
  readonly capabilities: Capabilities;
  /** A tenant that nobody else of the run uses. */
  readonly tenant: string;
  /** A client that speaks for a tenant, by default the target's own. */
  client(caller?: { readonly tenant?: string; readonly timeoutMs?: number }): Client<Service>;
  /** The value of a parameter that the clause says it needs. */
  parameter(name: string): string;
}

/** A vendor that is wrong on purpose, to show that the suite notices. */
export interface BrokenVendor<Service extends DescService> {
  readonly name: string;
  /** What it does wrong. */
  readonly says: string;
  /** Ids of the clauses that it must fail; all others it must pass. */
  readonly fails: readonly string[];
  /** The vendor, as new. */
  readonly make: () => ServiceImpl<Service>;
}
