/**
 * Like Promise.all, but rejects only when nothing is being started any more, so that all that was started is known then.
 *
 * @param giveUp called with the first failure: makes the other starts end early
 */
export async function allStarted<const Starts extends readonly unknown[] | []>(
  starts: Starts,
  giveUp: (why: unknown) => void,
): Promise<{ -readonly [Index in keyof Starts]: Awaited<Starts[Index]> }> {
  for (const start of starts) {
    Promise.resolve(start).catch(giveUp);
  }
  await Promise.allSettled(starts);
  return Promise.all(starts);
}
