/** Decides what becomes of the transfers of a request, chain by chain. */
import { type Books, post, rememberFailure, undoPostingsAfter } from "./books.ts";
import { judgeTransfer } from "./judge-transfer.ts";
import { isTransient, type TransferResult } from "./result.ts";
import type { NewTransfer } from "./transfer.ts";

/** Posts the transfers of one request in the books; one result per transfer, in order. */
export function createTransfers(books: Books, asked: readonly NewTransfer[]): TransferResult[] {
  return chainsOf(asked).flatMap((chain) => createChain(books, chain));
}

/** Transfers that succeed or fail together: up to the first that is not linked. Most chains have one transfer. */
function chainsOf(asked: readonly NewTransfer[]): NewTransfer[][] {
  const chains: NewTransfer[][] = [];
  let chain: NewTransfer[] = [];
  for (const transfer of asked) {
    chain.push(transfer);
    if (!transfer.linked) {
      chains.push(chain);
      chain = [];
    }
  }
  return chain.length > 0 ? [...chains, chain] : chains;
}

function createChain(books: Books, chain: readonly NewTransfer[]): TransferResult[] {
  const replay = chain.length > 1 ? replayOf(books, chain) : undefined;
  if (replay !== undefined) {
    return replay;
  }
  const before = books.added.postings.length;
  const results: TransferResult[] = [];
  for (const transfer of chain) {
    const isOpenEnd = transfer.linked && results.length === chain.length - 1;
    const result: TransferResult = isOpenEnd ? CHAIN_OPEN : createTransfer(books, transfer);
    if (result.status !== "created") {
      undoPostingsAfter(books, before);
      // After the undoing: that the culprit's id is spent outlives its chain.
      if (isTransient(result.status)) {
        rememberFailure(books, { id: transfer.id, status: result.status });
      }
      return resultsOfFailure(chain, results.length, result);
    }
    results.push(result);
  }
  return results;
}

const CHAIN_OPEN = { status: "linked_event_chain_open" } as const;

/** The results of a chain that was posted before, each with its first book time; undefined where it was not. */
function replayOf(books: Books, chain: readonly NewTransfer[]): TransferResult[] | undefined {
  const results: TransferResult[] = [];
  for (const transfer of chain) {
    const verdict = judgeTransfer(books, transfer);
    if (verdict.kind !== "refused" || verdict.result.status !== "exists") {
      return undefined;
    }
    results.push(verdict.result);
  }
  return chain.at(-1)?.linked === false ? results : undefined;
}

function createTransfer(books: Books, transfer: NewTransfer): TransferResult {
  const verdict = judgeTransfer(books, transfer);
  if (verdict.kind === "refused") {
    return verdict.result;
  }
  const { bookTimeNs } = post(books, transfer, verdict.debit, verdict.credit);
  return { status: "created", bookTimeNs };
}

/** The culprit carries its own status, an open end always says so, and every other member failed with them. */
function resultsOfFailure(chain: readonly NewTransfer[], culprit: number, result: TransferResult): TransferResult[] {
  return chain.map((transfer, index) => {
    if (index === culprit) {
      return result;
    }
    return transfer.linked && index === chain.length - 1 ? CHAIN_OPEN : { status: "linked_event_failed" };
  });
}
