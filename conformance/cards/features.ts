/** Optional features of the contract of cards. */
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
