/** Keeps retries a small part of all calls, so that who struggles is not asked twice as much for it. */

/** What each call adds to the budget: retries are at most a fifth of calls, at any time. */
const PER_CALL = 0.2;
/** Most retries that may be saved up: what a short outage after a long calm may cost at once. */
const MAX_SAVED = 20;

/** A budget. */
export interface RetryBudget {
  /** A call is made, whatever becomes of it. */
  earn(): void;
  /** Whether a retry may be made; it is then paid for. */
  spend(): boolean;
}

/** An empty budget. */
export function createRetryBudget(): RetryBudget {
  let saved = 0;
  return {
    earn() {
      saved = Math.min(MAX_SAVED, saved + PER_CALL);
    },
    spend() {
      if (saved < 1) {
        return false;
      }
      saved -= 1;
      return true;
    },
  };
}
