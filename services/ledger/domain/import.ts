/** Rules of items that keep the time another ledger gave them. */
import { MAX_BALANCE } from "./account.ts";

/** Why an item's import time is refused. */
export type ImportFault =
  | "imported_event_expected"
  | "imported_event_not_expected"
  | "imported_event_timestamp_out_of_range"
  | "imported_event_timestamp_must_not_advance";

/** Whether a request imports: its first item says so for all. */
export function isImportRequest(items: readonly { readonly importTimeNs: bigint | undefined }[]): boolean {
  return items[0]?.importTimeNs !== undefined;
}

/** The largest time in nanoseconds that 64 bits hold. */
export const MAX_TIME_NS = MAX_BALANCE;

/** The fault of an item's import time by itself, if any. */
export function faultOfImport(
  importTimeNs: bigint | undefined,
  imports: boolean,
  nowNs: bigint,
): ImportFault | undefined {
  if (importTimeNs === undefined) return imports ? "imported_event_expected" : undefined;
  if (!imports) return "imported_event_not_expected";
  if (importTimeNs <= 0n || importTimeNs > MAX_TIME_NS) return "imported_event_timestamp_out_of_range";
  return importTimeNs >= nowNs ? "imported_event_timestamp_must_not_advance" : undefined;
}
