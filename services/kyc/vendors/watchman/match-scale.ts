/** What watchman's scores mean: it divides by all that could be compared, so that a name that is the same word for word, with nothing else known, has 0.81. */

/** From here on a person should look at it: under 1 % of common names reach it (bench/screening.md). */
export const WATCHMAN_REVIEW_MATCH = 0.6;
