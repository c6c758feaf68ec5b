/** The native vendor's engine, in this process. */
import type { ListedParty } from "../../services/kyc/vendors/native/domain/screening/listed-party.ts";
import { buildNameIndex } from "../../services/kyc/vendors/native/domain/screening/name-index.ts";
import { REVIEW_THRESHOLD, screenSubject } from "../../services/kyc/vendors/native/domain/screening/screen-subject.ts";
import type { Screener } from "./measure.ts";

/** Makes the index and the screener; scores from 5,000 are told so that thresholds can be compared. */
export function openNativeScreener(
  parties: readonly ListedParty[],
): Screener & { readonly indexMs: number; readonly listedNames: number } {
  const startedMs = performance.now();
  const index = buildNameIndex(parties);
  const indexMs = performance.now() - startedMs;
  return {
    name: "native",
    threshold: REVIEW_THRESHOLD,
    indexMs,
    listedNames: index.names.length,
    async screen(name, kind) {
      const subject = { kind, names: [name], countries: [], identifiers: [] };
      return screenSubject(index, subject, { threshold: 5_000 }).map(({ party, basisPoints }) => ({
        id: party.id,
        basisPoints,
      }));
    },
  };
}
