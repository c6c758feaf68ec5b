/** Pending transfers that can expire, by the time at which they do. */
import assert from "node:assert/strict";
import type { Id } from "./id.ts";
import { expiryTimeNs, type Transfer } from "./transfer.ts";

interface Due {
  readonly timeNs: bigint;
  readonly transfer: Transfer;
}

/** A binary heap; what was resolved before it was due leaves it when its time comes up. */
export class TimeoutQueue {
  readonly #heap: Due[] = [];
  readonly #open = new Map<Id, Transfer>();

  get size(): number {
    return this.#open.size;
  }

  /** The transfer, where it can still expire. */
  find(id: Id): Transfer | undefined {
    return this.#open.get(id);
  }

  add(transfer: Transfer): void {
    const timeNs = expiryTimeNs(transfer);
    assert(timeNs !== undefined, "only a transfer with a timeout can expire");
    this.#open.set(transfer.id, transfer);
    this.#heap.push({ timeNs, transfer });
    this.#rise(this.#heap.length - 1);
  }

  /** Whether it was there. */
  remove(id: Id): boolean {
    return this.#open.delete(id);
  }

  /** Takes out at most `limit` transfers that are due at `nowNs`, in the order in which they expire. They stay findable. */
  takeDue(nowNs: bigint, limit: number): Transfer[] {
    const due: Transfer[] = [];
    while (due.length < limit) {
      const first = this.#heap[0];
      if (first === undefined || first.timeNs > nowNs) {
        break;
      }
      this.#removeFirst();
      // What was resolved in the meantime, or put in twice by an undone resolution, is passed over.
      if (this.#open.get(first.transfer.id) === first.transfer && due.at(-1) !== first.transfer) {
        due.push(first.transfer);
      }
    }
    return due;
  }

  /** When the next one may expire, in nanoseconds since the epoch. */
  nextTimeNs(): bigint | undefined {
    return this.#heap[0]?.timeNs;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfLater(parent, index)) {
        return;
      }
      index = parent;
    }
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child = this.#isLater(left, right) ? right : left;
      if (!this.#swapIfLater(index, child)) {
        return;
      }
      index = child;
    }
  }

  #swapIfLater(above: number, below: number): boolean {
    const one = this.#heap[above];
    const other = this.#heap[below];
    if (one === undefined || other === undefined || !this.#isLater(above, below)) {
      return false;
    }
    this.#heap[above] = other;
    this.#heap[below] = one;
    return true;
  }

  /** Equal times keep the order of booking. */
  #isLater(above: number, below: number): boolean {
    const one = this.#heap[above];
    const other = this.#heap[below];
    if (one === undefined || other === undefined) {
      return false;
    }
    return one.timeNs === other.timeNs
      ? one.transfer.bookTimeNs > other.transfer.bookTimeNs
      : one.timeNs > other.timeNs;
  }
}
