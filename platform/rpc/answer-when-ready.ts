/** Streams whose requests are independent of each other: each is answered when its answer is ready. */

/** How much may be under way at once. */
export interface UnderWay<Request> {
  /** What a request counts for, 1 or more. */
  readonly sizeOf: (request: Request) => number;
  /** From this sum of sizes on, the caller is held back. */
  readonly limit: number;
}

/**
 * Answers the requests of a stream's messages, in any order; what is ready at the same moment comes together. When the
 * stream breaks, what came before is answered first.
 *
 * @param answer never rejects: what goes wrong with a request is part of its answer
 */
export async function* answerWhenReady<Request, Answer>(
  messages: AsyncIterable<readonly Request[]>,
  answer: (request: Request) => Promise<Answer>,
  { sizeOf, limit }: UnderWay<Request>,
): AsyncGenerator<Answer[]> {
  let ready: Answer[] = [];
  let underWay = 0;
  let isTaken = false;
  let failure: { readonly error: unknown } | undefined;
  let changed = Promise.withResolvers<void>();
  const change = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };

  const take = async () => {
    for await (const requests of messages) {
      for (const request of requests) {
        const size = sizeOf(request);
        underWay += size;
        void answer(request).then((answered) => {
          underWay -= size;
          ready.push(answered);
          change();
        });
      }
      while (underWay >= limit) {
        await changed.promise;
      }
    }
  };

  void take()
    .catch((error: unknown) => {
      failure = { error };
    })
    .finally(() => {
      isTaken = true;
      change();
    });
  while (!isTaken || underWay > 0 || ready.length > 0) {
    if (ready.length === 0) {
      await changed.promise;
      continue;
    }
    const answers = ready;
    ready = [];
    yield answers;
  }
  if (failure !== undefined) {
    throw failure.error;
  }
}
