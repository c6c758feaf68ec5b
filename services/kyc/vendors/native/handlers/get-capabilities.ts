import { MAX_BYTES, MAX_PIXELS } from "../document/limits.ts";
import type { NativeHandlers } from "../provider.ts";

/** What this vendor offers: all that the contract knows. */
export const FEATURES: readonly string[] = [
  "kyc.identifiers",
  "kyc.documents",
  "kyc.screening",
  "kyc.legal_persons",
  "kyc.monitoring",
];

/** Says what the vendor can do. */
export function getCapabilities(): NativeHandlers["getCapabilities"] {
  return () => ({
    capability: "kyc",
    vendor: "native",
    version: "1.0.0",
    features: [...FEATURES],
    limits: { "kyc.max_document_bytes": BigInt(MAX_BYTES), "kyc.max_document_pixels": BigInt(MAX_PIXELS) },
  });
}
