/**
 * Checks what clients saw against one serial order. Every booked transfer has a book time of its own, and these times
 * claim to be that order; the history is strictly serializable just when the order keeps to real time, and every read and
 * refusal fits the books after some prefix of it that was possible between its being asked and answered.
 */

/** When something was asked and answered, by the clock of the clients. */
interface Interval {
  readonly askedMs: number;
  /** Infinity where no answer came. */
  readonly answeredMs: number;
}

/** What one account had. */
export interface Sums {
  readonly debits: bigint;
  readonly credits: bigint;
}

/** A transfer that was booked. One without an answer is here where the books have it in the end, and nowhere otherwise. */
export interface BookedTransfer extends Interval {
  readonly kind: "booked";
  readonly debit: string;
  readonly credit: string;
  readonly amount: bigint;
  readonly bookTimeNs: bigint;
}

/** A transfer that was refused for want of funds: what was on its debit account did not cover it. */
export interface RefusedTransfer extends Interval {
  readonly kind: "refused";
  readonly debit: string;
  readonly amount: bigint;
}

/** A read of some accounts at once. */
export interface Read extends Interval {
  readonly kind: "read";
  readonly sums: ReadonlyMap<string, Sums>;
}

/** Something that a client did. */
export type Operation = BookedTransfer | RefusedTransfer | Read;

/** What is wrong with a history: the first violation of its kind that is found; undefined where nothing is. */
export function violationOf(history: readonly Operation[]): string | undefined {
  const booked = history
    .filter((operation) => operation.kind === "booked")
    .sort((one, other) => (one.bookTimeNs < other.bookTimeNs ? -1 : one.bookTimeNs > other.bookTimeNs ? 1 : 0));
  const looks = history.filter((operation) => operation.kind !== "booked");
  return misorderedIn(booked) ?? misfitIn(booked, looks);
}

/** Two transfers with one book time, or one that was answered before the other was asked, yet has a later time. */
function misorderedIn(booked: readonly BookedTransfer[]): string | undefined {
  // From the last to the first: none may have been asked only after one that stands later was answered.
  let earliestAnswer = Number.POSITIVE_INFINITY;
  for (let index = booked.length - 1; index >= 0; index--) {
    const transfer = booked[index];
    if (transfer === undefined) {
      continue;
    }
    if (transfer.bookTimeNs === booked[index + 1]?.bookTimeNs) {
      return `two transfers have the book time ${transfer.bookTimeNs}`;
    }
    if (earliestAnswer < transfer.askedMs) {
      return `the transfer booked at ${transfer.bookTimeNs} was asked after a later one was answered`;
    }
    earliestAnswer = Math.min(earliestAnswer, transfer.answeredMs);
  }
  return undefined;
}

/** Where a look at the books may stand: after so many transfers. */
interface Placed {
  readonly answeredMs: number;
  readonly count: number;
}

/**
 * Gives each read and refusal the earliest place that it fits. That leaves the most room to those after it, so one that
 * finds no place has none in any order.
 */
function misfitIn(booked: readonly BookedTransfer[], looks: readonly (Read | RefusedTransfer)[]): string | undefined {
  const books = prefixesOf(booked);
  const placed: Placed[] = [];
  for (const look of [...looks].sort((one, other) => one.askedMs - other.askedMs)) {
    // All that was answered before must be seen; nothing that was asked later can be.
    const seen = booked.findLastIndex(({ answeredMs }) => answeredMs < look.askedMs) + 1;
    const later = booked.findIndex(({ askedMs }) => askedMs > look.answeredMs);
    const last = later === -1 ? booked.length : later;
    const before = placed.reduce(
      (most, { answeredMs, count }) => (answeredMs < look.askedMs ? Math.max(most, count) : most),
      0,
    );
    let count = Math.max(seen, before);
    while (count <= last && !fits(look, (account) => books(account, count))) {
      count++;
    }
    if (count > last) {
      return `${describe(look)} fits no books between the transfers ${Math.max(seen, before)} and ${last}`;
    }
    placed.push({ answeredMs: look.answeredMs, count });
  }
  return undefined;
}

function fits(look: Read | RefusedTransfer, sumsOf: (account: string) => Sums): boolean {
  if (look.kind === "refused") {
    const { debits, credits } = sumsOf(look.debit);
    return debits + look.amount > credits;
  }
  return [...look.sums].every(([account, { debits, credits }]) => {
    const sums = sumsOf(account);
    return sums.debits === debits && sums.credits === credits;
  });
}

/** What an account has after the first so many transfers of the order. */
function prefixesOf(booked: readonly BookedTransfer[]): (account: string, count: number) => Sums {
  const steps = new Map<string, { readonly count: number; readonly sums: Sums }[]>();
  const add = (account: string, count: number, debits: bigint, credits: bigint) => {
    const own = steps.get(account) ?? [{ count: 0, sums: NOTHING }];
    const { sums } = own.at(-1) ?? { sums: NOTHING };
    own.push({ count, sums: { debits: sums.debits + debits, credits: sums.credits + credits } });
    steps.set(account, own);
  };
  for (const [index, { debit, credit, amount }] of booked.entries()) {
    add(debit, index + 1, amount, 0n);
    add(credit, index + 1, 0n, amount);
  }
  return (account, count) => {
    const own = steps.get(account) ?? [];
    let [low, high] = [0, own.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((own[middle]?.count ?? 0) <= count) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return own[low - 1]?.sums ?? NOTHING;
  };
}

const NOTHING: Sums = { debits: 0n, credits: 0n };

function describe(look: Read | RefusedTransfer): string {
  const when = `from ${look.askedMs.toFixed(1)} to ${look.answeredMs.toFixed(1)} ms`;
  return look.kind === "refused"
    ? `the refusal of ${look.amount} on ${look.debit} ${when}`
    : `the read of ${[...look.sums].map(([account, { debits, credits }]) => `${account}: ${debits}/${credits}`)} ${when}`;
}
