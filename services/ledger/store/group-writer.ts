/**
 * Gathers requests into groups that are committed together: a group is whatever arrived while the one before was under
 * way, so a lone request waits for nobody and a crowd shares the cost of a commit.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { meshError } from "#platform/errors/mesh-errors.ts";

/** A request that waits to be written. */
export interface Waiting {
  /** Items it holds, 1 or more. */
  readonly size: number;
  /** When its answer is worth nothing any more, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Tells the caller that nothing is known to have been done. */
  fail(error: unknown): void;
}

/** Writes a group and answers its requests, or throws and has done nothing that is known of. */
export type WriteGroup<Request extends Waiting> = (group: readonly Request[]) => Promise<void>;

/** A queue with one writer. */
export interface GroupWriter<Request extends Waiting> {
  /** Takes a request in; it is answered or failed later. @throws OVERLOADED where too much waits already. */
  submit(request: Request): void;
  /** Ends when nothing waits and nothing is under way. */
  idle(): Promise<void>;
}

/** Items of a group: as many as the largest request may have. A transaction of that size takes a fraction of a second. */
const MAX_GROUP_ITEMS = 8_190;
/** Items that wait: what is written in a second or two. Whoever would wait longer does better to come back. */
const MAX_WAITING_ITEMS = 8 * MAX_GROUP_ITEMS;

/** Opens a writer. `onIdle` is called when it has run out of work. */
export function openGroupWriter<Request extends Waiting>(
  write: WriteGroup<Request>,
  now: () => number,
  onIdle: () => void = () => {},
): GroupWriter<Request> {
  const waiting: Request[] = [];
  let waitingItems = 0;
  let running: Promise<void> | undefined;

  const takeGroup = (): Request[] => {
    let items = 0;
    const end = waiting.findIndex((request) => {
      items += request.size;
      return items > MAX_GROUP_ITEMS;
    });
    // A request is never larger than a group, so the first always fits.
    const group = waiting.splice(0, end === -1 ? waiting.length : Math.max(end, 1));
    waitingItems -= group.reduce((sum, { size }) => sum + size, 0);
    return group;
  };

  const run = async () => {
    while (waiting.length > 0) {
      await writeLiving(takeGroup(), write, now);
    }
    running = undefined;
    onIdle();
  };

  return {
    submit(request) {
      if (waitingItems + request.size > MAX_WAITING_ITEMS) {
        throw meshError("OVERLOADED");
      }
      waiting.push(request);
      waitingItems += request.size;
      running ??= run();
    },
    idle: () => running ?? Promise.resolve(),
  };
}

/** Writes those whose callers still wait. Never throws: failures go to the callers. */
async function writeLiving<Request extends Waiting>(
  group: readonly Request[],
  write: WriteGroup<Request>,
  now: () => number,
): Promise<void> {
  const at = now();
  const living = group.filter((request) => request.deadlineMs > at);
  for (const late of group.filter((request) => request.deadlineMs <= at)) {
    late.fail(meshError("DEADLINE_PASSED"));
  }
  if (living.length === 0) {
    return;
  }
  try {
    await write(living);
  } catch (error) {
    if (living.length === 1 || isOutage(error)) {
      for (const request of living) {
        request.fail(error);
      }
      return;
    }
    // One of them cannot be written. Each for itself, so that it fails alone.
    for (const request of living) {
      await writeLiving([request], write, now);
    }
  }
}

/** Whether the failure has nothing to do with what was to be written. */
function isOutage(error: unknown): boolean {
  return error instanceof ConnectError && (error.code === Code.Unavailable || error.code === Code.DeadlineExceeded);
}
