/** The body of a streamed response: pulled by the sink, so that the call goes no faster than the client reads. */
import { type Pending, waitFor, watch } from "./pending.ts";

/** What a stream is made of. */
export interface StreamSource<T> {
  readonly messages: AsyncIterable<T>;
  /** Aborts the call. Its signal is the one the call was given. */
  readonly abort: AbortController;
  readonly write: (message: T) => string;
  /** The last record, for an error of the call or of `write`. */
  readonly fail: (error: unknown) => string;
  readonly heartbeat: string | undefined;
  readonly heartbeatMs: number;
}

/**
 * Starts the call and waits for its first message, but no longer than `firstMessageWaitMs`.
 *
 * @throws what the call throws within that time, so that it can be answered with a status of its own
 */
export async function openStream<T>(
  source: StreamSource<T>,
  firstMessageWaitMs: number,
): Promise<AsyncIterable<Uint8Array>> {
  const iterator = source.messages[Symbol.asyncIterator]();
  const first = watch(iterator.next());
  await waitFor(first, firstMessageWaitMs, source.abort.signal);
  if (first.outcome !== undefined && "error" in first.outcome) {
    source.abort.abort();
    throw first.outcome.error;
  }
  return createBody(source, iterator, first);
}

function createBody<T>(
  source: StreamSource<T>,
  iterator: AsyncIterator<T>,
  first: Pending<IteratorResult<T>>,
): AsyncIterable<Uint8Array> {
  const { signal } = source.abort;
  const encoder = new TextEncoder();
  let pending: Pending<IteratorResult<T>> | undefined = first;
  let ended = false;

  const body: AsyncIterator<Uint8Array> = {
    async next() {
      if (ended) return { done: true, value: undefined };
      pending ??= watch(iterator.next());
      await waitFor(pending, source.heartbeat === undefined ? Number.POSITIVE_INFINITY : source.heartbeatMs, signal);
      if (signal.aborted) return finish(); // nobody is left to read an error
      const { outcome } = pending;
      if (outcome === undefined) return chunk(source.heartbeat ?? "");
      pending = undefined;
      if ("error" in outcome) return last(outcome.error);
      if (outcome.value.done === true) return finish();
      try {
        return chunk(source.write(outcome.value.value));
      } catch (error) {
        return last(error);
      }
    },
    async return() {
      return finish();
    },
  };
  return { [Symbol.asyncIterator]: () => body };

  function chunk(text: string): IteratorResult<Uint8Array> {
    return { done: false, value: encoder.encode(text) };
  }

  function last(error: unknown): IteratorResult<Uint8Array> {
    const text = source.fail(error);
    finish();
    return chunk(text);
  }

  /** Ends the call too. Its iterator is told, not awaited: it may be waiting for a message that never comes. */
  function finish(): IteratorResult<Uint8Array> {
    if (!ended) {
      ended = true;
      source.abort.abort();
      // The answer is over: an error of the clean-up has no one to go to.
      watch(Promise.resolve().then(() => iterator.return?.()));
    }
    return { done: true, value: undefined };
  }
}
