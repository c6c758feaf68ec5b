/** How much of a document is taken. */

/** Most bytes of a document. */
export const MAX_BYTES = 8 * 1024 * 1024;
/** Most pixels of its image. */
export const MAX_PIXELS = 40_000_000;
