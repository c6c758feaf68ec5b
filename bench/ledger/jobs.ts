/** What the load generator is asked to do, and what it answers: messages between two processes. */
import type { CpuSeconds, WatchedProcesses } from "./cpu.ts";
import type { Http1Target } from "./drive-http1.ts";
import type { AccountIds } from "./ids.ts";
import type { Accounts, Shape } from "./shapes.ts";
import type { LoadResult } from "./tally.ts";
import type { WireKind, WireOptions } from "./wire.ts";

/** When a load ends. */
export type Until =
  | { readonly kind: "seconds"; readonly seconds: number }
  | { readonly kind: "transfers"; readonly transfers: number }
  /** When the first call fails, which is then no failure. */
  | { readonly kind: "failure" };

/** What all loads have. */
interface Measured {
  /** Time before it is measured. */
  readonly warmupSeconds: number;
  readonly until: Until;
  /** The generator adds itself. */
  readonly watched: Omit<WatchedProcesses, "client">;
  readonly accountIds: AccountIds;
}

/** Something to do. */
export type Job =
  | {
      readonly kind: "accounts";
      readonly wire: WireOptions;
      readonly accountIds: AccountIds;
      readonly keepsHistory: boolean;
    }
  | ({
      readonly kind: "grpc";
      readonly wire: WireOptions;
      readonly wireKind: WireKind;
      readonly shape: Shape;
      readonly accounts: Accounts;
    } & Measured)
  | ({
      readonly kind: "http1";
      readonly target: Http1Target;
      readonly callers: number;
      readonly answers: "edge" | "echo";
    } & Measured);

/** What came of a load, with the CPU seconds of the measured time. */
export interface MeasuredLoad extends LoadResult {
  readonly cpu: CpuSeconds;
  /** Ids of the transfers answered last, of a load that went on until it failed. */
  readonly lastIds?: readonly string[];
}

/** What the generator sends back. */
export type JobAnswer =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly load?: MeasuredLoad }
  | { readonly kind: "failed"; readonly message: string; readonly code?: number };
