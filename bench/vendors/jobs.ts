/** What a calling process is asked to do, and what it answers; over Node's own messages between processes. */

/** How a call goes: by grpc-js alone, or by the mesh. */
export type Way = "bare" | "mesh";

/** What to do. */
export type Job =
  /** One caller, a call of each way in turn. */
  | { readonly kind: "compare"; readonly seconds: number; readonly address: string; readonly vendor: string }
  /** Many callers, each with its next call when the last is answered. */
  | {
      readonly kind: "saturate";
      readonly way: Way;
      readonly callers: number;
      readonly seconds: number;
      readonly address: string;
      readonly vendor: string;
    }
  /** Calls of several tenants, each at a steady rate of its own, whatever becomes of them. */
  | {
      readonly kind: "steady";
      readonly loads: readonly { readonly tenant: string; readonly rate: number; readonly timeoutMs: number }[];
      readonly seconds: number;
    }
  /** Callers of a tenant until "stop"; says when another vendor answers than before. */
  | { readonly kind: "follow"; readonly tenant: string; readonly callers: number }
  | { readonly kind: "stop" };

/** How calls went. */
export interface Calls {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly calls: number;
  readonly failures: number;
  /** Calls per second. */
  readonly rate: number;
}

/** What came of it. */
export type Answer =
  | { readonly kind: "compared"; readonly bare: Calls; readonly mesh: Calls }
  /** `cpuUs`: time on a processor per call, in microseconds, of the calling process. */
  | { readonly kind: "saturated"; readonly calls: Calls; readonly cpuUs: number }
  | { readonly kind: "steadied"; readonly calls: readonly Calls[] }
  /** `at`: milliseconds since the epoch. */
  | { readonly kind: "seen"; readonly vendor: string; readonly at: number }
  | { readonly kind: "followed"; readonly calls: Calls };

/** The value that `share` (0 to 1) of the latencies stays under, and the rest. */
export function callsOf(latenciesMs: readonly number[], failures: number, seconds: number): Calls {
  const ascending = [...latenciesMs].sort((a, b) => a - b);
  const at = (part: number) =>
    ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * part))] ?? Number.NaN;
  const calls = ascending.length + failures;
  return { p50Ms: at(0.5), p99Ms: at(0.99), calls, failures, rate: calls / seconds };
}
