/** What is asked of a shard's books. */
import type { Books } from "../domain/books.ts";
import type { Id } from "../domain/id.ts";

/** What must be known before a job is decided. */
export interface Needs {
  readonly accounts: readonly Id[];
  /** Ids under which something may have been booked or have failed. */
  readonly transfers: readonly Id[];
  /** Transfers that are posted, voided or reversed, and with them their accounts. */
  readonly referred: readonly Id[];
}

/** A request to read or change a tenant's books. */
export interface Job {
  readonly tenant: string;
  /** Items it holds, 1 or more. */
  readonly size: number;
  /** When its answer is worth nothing any more, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  readonly needs: Needs;
  /** Does in the books what is asked, and returns what tells the caller so once it is durable. */
  decide(books: Books, nowNs: bigint): () => void;
  /** Tells the caller that nothing is known to have been done. */
  fail(error: unknown): void;
}
