/**
 * The single writer of a shard, for as long as its connection lives: decides jobs in memory in the order they come,
 * commits together whatever came while the batch before was under way, and answers once a batch is durable.
 */
import { meshError } from "#platform/errors/mesh-errors.ts";
import type { Books } from "../domain/books.ts";
import { CopyBuffer } from "../store/copy-buffer.ts";
import { encodeBatch, type LogEnd, type TenantEntry } from "../store/encode-batch.ts";
import type { LogWriter } from "../store/log-writer.ts";
import type { Job } from "./job.ts";
import type { Resident } from "./resident.ts";

/** Items of a group: as many as the largest request may have. */
export const MAX_GROUP_ITEMS = 8_190;
/** Items that wait: what is written in a second or less. Whoever would wait longer does better to come back. */
const MAX_WAITING_ITEMS = 16 * MAX_GROUP_ITEMS;
/** Batches sent and not yet durable: one that is written, one that PostgreSQL finds waiting when it is done. */
const MAX_IN_FLIGHT = 2;
/** Jobs loaded for at once. */
const MAX_LOAD_JOBS = 1_024;

/** A shard that runs. */
export interface Shard {
  /** Takes a job in; it is answered or failed later. @throws OVERLOADED where too much waits already. */
  submit(job: Job): void;
  /** The last number that is durable. */
  committedNumber(): number;
  /** Ends when nothing waits and nothing is under way. */
  idle(): Promise<void>;
  /** Fails everything that waits or is under way. */
  fail(error: unknown): void;
}

/** What a shard works with. */
export interface ShardDeps {
  readonly writer: Pick<LogWriter, "epoch" | "end" | "commit">;
  readonly resident: Resident;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Does something after everything that this turn of the event loop still brings in. */
  readonly defer: (work: () => void) => void;
  /** Number up to which balances of the database go. */
  readonly checkpoint: () => number;
  /** Hears that entries have become durable. */
  readonly onCommit: (number: number) => void;
  /** What callers are told of a failure. */
  readonly explain: (error: unknown) => unknown;
  /** Hears, once, that the shard can go on no more. */
  readonly onBroken: (error: unknown) => void;
}

interface ReadyJob {
  readonly job: Job;
  /** What had been forgotten when all that it needs was there. */
  readonly forgotten: number;
}

/** Opens a shard on a log that ends where the writer says. */
export function openShard(deps: ShardDeps): Shard {
  const { writer, resident, now, defer, checkpoint, onCommit, explain, onBroken } = deps;
  let end: LogEnd = writer.end;
  let committed = writer.end.number;
  let lastCommit: Promise<void> = Promise.resolve();
  let inFlight = 0;
  let waitingItems = 0;
  let lacking: Job[] = [];
  let ready: ReadyJob[] = [];
  let isLoading = false;
  let isScheduled = false;
  let broken: { readonly error: unknown } | undefined;
  const underWay = new Set<Job>();
  const buffers = Array.from({ length: MAX_IN_FLIGHT }, () => new CopyBuffer());
  const idleWaiters: (() => void)[] = [];

  const breakDown = (error: unknown) => {
    if (broken !== undefined) {
      return;
    }
    broken = { error: explain(error) };
    for (const job of [...underWay]) {
      job.fail(broken.error);
    }
    underWay.clear();
    onBroken(error);
    noteIdle();
  };

  const schedule = () => {
    if (!isScheduled) {
      isScheduled = true;
      defer(() => {
        isScheduled = false;
        run();
      });
    }
  };

  const run = () => {
    try {
      while (broken === undefined && inFlight < MAX_IN_FLIGHT && ready.length > 0) {
        commitGroup(takeGroup());
      }
    } catch (error) {
      // The books in memory may be half changed: nothing more is decided by them.
      breakDown(error);
    }
  };

  const takeGroup = (): ReadyJob[] => {
    let items = 0;
    const stop = ready.findIndex(({ job }) => {
      items += job.size;
      return items > MAX_GROUP_ITEMS;
    });
    // A request is never larger than a group, so the first always fits.
    const group = ready.slice(0, stop === -1 ? ready.length : Math.max(stop, 1));
    ready = ready.slice(group.length);
    return group;
  };

  const commitGroup = (group: readonly ReadyJob[]) => {
    const nowMs = now();
    const nowNs = BigInt(nowMs) * 1_000_000n;
    const entries: TenantEntry[] = [];
    const changed = new Map<string, Books>();
    const replies: { readonly job: Job; readonly reply: () => void }[] = [];
    for (const { job, forgotten } of group) {
      if (job.deadlineMs <= nowMs) {
        finish(job);
        job.fail(meshError("DEADLINE_PASSED"));
        continue;
      }
      const books = forgotten === resident.forgotten ? resident.find(job.tenant) : resident.booksFor(job);
      if (books === undefined) {
        lacking.push(job);
        continue;
      }
      const reply = job.decide(books, nowNs);
      replies.push({ job, reply });
      if (books.added.length > 0) {
        number(books, job.tenant, entries, end.number + 1);
        changed.set(job.tenant, books);
      }
    }
    if (entries.length > 0) {
      sendBatch(entries, changed);
    }
    load();
    const isRead = entries.length === 0;
    lastCommit.then(
      () => {
        if (broken === undefined) {
          for (const { job, reply } of replies) {
            finish(job);
            reply();
          }
          noteIdle();
        }
      },
      () => {
        // Told by breakDown.
      },
    );
    if (isRead) {
      schedule();
    }
  };

  const sendBatch = (entries: readonly TenantEntry[], books: ReadonlyMap<string, Books>) => {
    const buffer = buffers.pop() ?? new CopyBuffer();
    end = encodeBatch(buffer, entries, { epoch: writer.epoch, before: end, books });
    const sent = end.number;
    inFlight++;
    const commit = writer.commit(buffer).then(() => {
      buffers.push(buffer);
      inFlight--;
      committed = sent;
      resident.makeRoom(sent, checkpoint(), end.number);
      onCommit(sent);
      schedule();
    });
    commit.catch(breakDown);
    lastCommit = commit;
  };

  const load = () => {
    if (isLoading || lacking.length === 0 || broken !== undefined) {
      return;
    }
    isLoading = true;
    const jobs = lacking.slice(0, MAX_LOAD_JOBS);
    lacking = lacking.slice(jobs.length);
    const { forgotten } = resident;
    resident
      .load(jobs)
      .then(() => {
        ready.push(...jobs.map((job) => ({ job, forgotten })));
        run();
        resident.makeRoom(committed, checkpoint(), end.number);
        // Only now: a load that began before room was made would be worth nothing, again and again.
        isLoading = false;
        load();
      })
      .catch(breakDown);
  };

  const finish = (job: Job) => {
    underWay.delete(job);
    waitingItems -= job.size;
  };

  const noteIdle = () => {
    if (underWay.size === 0) {
      for (const resolve of idleWaiters.splice(0)) {
        resolve();
      }
    }
  };

  return {
    submit(job) {
      if (broken !== undefined) {
        throw broken.error;
      }
      if (waitingItems + job.size > MAX_WAITING_ITEMS) {
        throw meshError("OVERLOADED");
      }
      waitingItems += job.size;
      underWay.add(job);
      if (resident.booksFor(job) === undefined) {
        lacking.push(job);
        load();
      } else {
        ready.push({ job, forgotten: resident.forgotten });
        schedule();
      }
    },
    committedNumber: () => committed,
    idle: () => (underWay.size === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
    fail: breakDown,
  };
}

/** Takes what was added to the books into the batch, where it gets its numbers. */
function number(books: Books, tenant: string, entries: TenantEntry[], first: number): void {
  for (const entry of books.added) {
    const own = first + entries.length;
    if (entry.kind === "account") {
      entry.account.lastNumber = own;
    } else if (entry.kind === "transfer") {
      entry.debit.lastNumber = own;
      entry.credit.lastNumber = own;
    }
    entries.push({ tenant, entry });
  }
  books.added.length = 0;
}
