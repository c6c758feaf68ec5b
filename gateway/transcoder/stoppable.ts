/** Bodies that can be stopped at any time. */

/**
 * The pieces of a generator, with a `return` that acts at once: a generator that was not started runs no `finally`, and
 * one that waits for its next piece hears of nothing until that comes.
 *
 * @param stop ends what the generator waits for, so that it comes to its end
 */
export function stoppable(pieces: AsyncGenerator<Uint8Array>, stop: () => unknown): AsyncIterable<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array> = {
    next: () => pieces.next(),
    async return() {
      await stop();
      return pieces.return(undefined);
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
