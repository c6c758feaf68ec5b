import type { NativeHandlers } from "../provider.ts";

/** What this processor offers: all that the contract knows. */
export const FEATURES: readonly string[] = [
  "cards.single_use",
  "cards.controls",
  "cards.partial_approval",
  "cards.incremental",
  "cards.refund",
  "cards.chargeback",
  "cards.pin",
  "cards.tokenization",
  "cards.reveal",
];

/** Says what the processor can do. */
export function getCapabilities(): NativeHandlers["getCapabilities"] {
  return () => ({ capability: "cards", vendor: "native", version: "1.0.0", features: [...FEATURES] });
}
