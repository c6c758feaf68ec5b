/** Field 39 and its reasons, as the contract pairs them. */
import { DeclineReason } from "#gen/malla/cards/v1/authorization_pb.js";

/** Reason of each code that a vendor answers. */
export const DECLINES = {
  "00": DeclineReason.UNSPECIFIED,
  "10": DeclineReason.UNSPECIFIED,
  "05": DeclineReason.DO_NOT_HONOR,
  "12": DeclineReason.INVALID_TRANSACTION,
  "13": DeclineReason.INVALID_AMOUNT,
  "14": DeclineReason.UNKNOWN_CARD,
  "41": DeclineReason.CARD_CLOSED,
  "43": DeclineReason.CARD_STOLEN,
  "51": DeclineReason.INSUFFICIENT_FUNDS,
  "54": DeclineReason.CARD_EXPIRED,
  "55": DeclineReason.PIN_WRONG,
  "57": DeclineReason.NOT_PERMITTED,
  "61": DeclineReason.AMOUNT_LIMIT,
  "62": DeclineReason.CARD_FROZEN,
  "65": DeclineReason.COUNT_LIMIT,
  "75": DeclineReason.PIN_TRIES_EXCEEDED,
  "78": DeclineReason.CARD_INACTIVE,
  "81": DeclineReason.PIN_BLOCK_INVALID,
} as const;

/** A code that a vendor answers. */
export type Code = keyof typeof DECLINES;
