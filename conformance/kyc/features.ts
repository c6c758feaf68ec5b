/** Optional features of malla.kyc.v1.KycProviderService. */

/** By the names that the contract gives them. */
export const FEATURES = [
  "kyc.identifiers",
  "kyc.documents",
  "kyc.screening",
  "kyc.legal_persons",
  "kyc.monitoring",
] as const;
