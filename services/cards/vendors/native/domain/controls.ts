/** What a card's controls say of one use of it. */
import type { Controls } from "./card.ts";
import type { ResponseCode } from "./codes.ts";

/** A use of a card, as far as controls look at it. */
export interface Use {
  /** Minor units. */
  readonly amount: bigint;
  readonly category: string;
  readonly countryCode: string;
  readonly channel: number;
}

/** What was approved, or is being decided, in the 24 hours before. */
export interface Spent {
  /** Minor units, less what was reversed. */
  readonly amount: bigint;
  readonly count: number;
}

/** Why a use is declined, in the order checked; "00" where it is not. */
export function codeOfControls(controls: Controls | null, use: Use, spent: Spent): ResponseCode {
  if (controls === null) {
    return "00";
  }
  if (
    !allows(controls.allowedMerchantCategories, use.category) ||
    controls.deniedMerchantCategories.includes(use.category) ||
    !allows(controls.allowedCountries, use.countryCode) ||
    !allows(controls.allowedChannels, use.channel)
  ) {
    return "57";
  }
  const { transactionLimit, dailyLimit, dailyCountLimit } = controls;
  if (transactionLimit !== undefined && use.amount > transactionLimit) {
    return "61";
  }
  if (dailyLimit !== undefined && spent.amount + use.amount > dailyLimit) {
    return "61";
  }
  return dailyCountLimit > 0 && spent.count >= dailyCountLimit ? "65" : "00";
}

/** An empty list allows all. */
function allows<T>(list: readonly T[], one: T): boolean {
  return list.length === 0 || list.includes(one);
}
