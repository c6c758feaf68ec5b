/** Decides what becomes of the transfers of a request, chain by chain. */
import { addFailure, type Books, book, findTransfer, noteReversal } from "./books.ts";
import { isImportRequest } from "./import.ts";
import { judgeTransfer } from "./judge-transfer.ts";
import { isTransient, type TransferResult } from "./result.ts";
import { FLAG, type NewTransfer } from "./transfer.ts";

/** When a request is judged. */
export interface Moment {
  readonly nowNs: bigint;
  /** Whether the request is one that imports. */
  readonly imports: boolean;
}

/** Books the transfers of one request; one result per transfer, in order. */
export function createTransfers(books: Books, asked: readonly NewTransfer[], nowNs: bigint): TransferResult[] {
  const moment = { nowNs, imports: isImportRequest(asked) };
  const results: TransferResult[] = [];
  let chain: NewTransfer[] | undefined;
  for (const transfer of asked) {
    const isLinked = (transfer.flags & FLAG.linked) !== 0;
    if (chain === undefined && !isLinked) {
      results.push(createSingle(books, transfer, moment));
      continue;
    }
    chain ??= [];
    chain.push(transfer);
    if (!isLinked) {
      results.push(...createChain(books, chain, moment));
      chain = undefined;
    }
  }
  return chain === undefined ? results : [...results, ...createChain(books, chain, moment)];
}

function createSingle(books: Books, transfer: NewTransfer, moment: Moment): TransferResult {
  const result = createTransfer(books, transfer, moment);
  if (isTransient(result.status)) {
    addFailure(books, { id: transfer.id, status: result.status });
  }
  return result;
}

/** Transfers that succeed or fail together. The last one is linked only where the request ended too soon. */
function createChain(books: Books, chain: readonly NewTransfer[], moment: Moment): TransferResult[] {
  const replay = replayOf(books, chain, moment);
  if (replay !== undefined) {
    return replay;
  }
  const undo: (() => void)[] = [];
  books.undo = undo;
  const results: TransferResult[] = [];
  for (const transfer of chain) {
    const isOpenEnd = isLinked(transfer) && results.length === chain.length - 1;
    const result: TransferResult = isOpenEnd ? CHAIN_OPEN : createTransfer(books, transfer, moment);
    if (result.status !== "created") {
      books.undo = undefined;
      for (const step of undo.reverse()) {
        step();
      }
      // After the undoing: that the culprit's id is spent outlives its chain.
      if (isTransient(result.status)) {
        addFailure(books, { id: transfer.id, status: result.status });
      }
      return resultsOfFailure(chain, results.length, result);
    }
    results.push(result);
  }
  books.undo = undefined;
  return results;
}

const CHAIN_OPEN = { status: "linked_event_chain_open" } as const;

/** The results of a chain that was booked before, each with its first book time; undefined where it was not. */
function replayOf(books: Books, chain: readonly NewTransfer[], moment: Moment): TransferResult[] | undefined {
  const results: TransferResult[] = [];
  for (const transfer of chain) {
    if (findTransfer(books, transfer.id) === undefined) {
      return undefined;
    }
    const verdict = judgeTransfer(books, transfer, moment);
    if (verdict.kind !== "refused" || verdict.result.status !== "exists") {
      return undefined;
    }
    results.push(verdict.result);
  }
  const last = chain.at(-1);
  return last !== undefined && !isLinked(last) ? results : undefined;
}

function createTransfer(books: Books, asked: NewTransfer, moment: Moment): TransferResult {
  const verdict = judgeTransfer(books, asked, moment);
  if (verdict.kind === "refused") {
    return verdict.result;
  }
  const { transfer, debit, credit, pending, reversed } = verdict;
  book(books, transfer, debit, credit, pending);
  if (reversed !== undefined) {
    noteReversal(books, reversed, transfer.amount);
  }
  return { status: "created", bookTimeNs: transfer.bookTimeNs };
}

/** The culprit carries its own status, an open end always says so, and every other member failed with them. */
function resultsOfFailure(chain: readonly NewTransfer[], culprit: number, result: TransferResult): TransferResult[] {
  return chain.map((transfer, index) => {
    if (index === culprit) {
      return result;
    }
    return isLinked(transfer) && index === chain.length - 1 ? CHAIN_OPEN : { status: "linked_event_failed" };
  });
}

function isLinked({ flags }: NewTransfer): boolean {
  return (flags & FLAG.linked) !== 0;
}
