/**
 * A second, naive ledger to judge the real one by, written from the contract alone. It keeps nothing but lists of what
 * was booked; every balance and every state is summed up anew each time it is asked for.
 */
import type { NewAccount } from "../account.ts";
import type { AccountResult, TransferResult } from "../result.ts";
import type { NewTransfer } from "../transfer.ts";
import {
  accountOf,
  BALANCING_CREDIT,
  BALANCING_DEBIT,
  balanceOf,
  compare,
  EXPIRY,
  expiryOf,
  isResolution,
  LINKED,
  NO_ID,
  nextTime,
  type Oracle,
  type OracleTransfer,
  stateOf,
  transferOf,
  transfersOf,
} from "./oracle-books.ts";
import { ACCOUNT_RULES, applicable, TRANSFER_RULES, TRANSIENT } from "./oracle-rules.ts";

/** A ledger in which nothing was booked. */
export function createOracle(): Oracle {
  return { events: [] };
}

export function oracleCreateAccounts(oracle: Oracle, asked: readonly NewAccount[], nowNs: bigint): AccountResult[] {
  return asked.map((account) => {
    const existing = accountOf(oracle, account.id);
    const imports = asked[0]?.importTimeNs !== undefined;
    const status = applicable(ACCOUNT_RULES, { oracle, asked: account, imports, nowNs, existing });
    if (status === "exists" && existing !== undefined) {
      return { status, createTimeNs: existing.createTimeNs };
    }
    if (status !== undefined && status !== "exists") {
      return { status };
    }
    const createTimeNs = account.importTimeNs ?? nextTime(oracle, nowNs);
    oracle.events.push({ kind: "account", ...account, createTimeNs });
    return { status: "created", createTimeNs };
  });
}

export function oracleCreateTransfers(oracle: Oracle, asked: readonly NewTransfer[], nowNs: bigint): TransferResult[] {
  const imports = asked[0]?.importTimeNs !== undefined;
  return chainsOf(asked).flatMap((chain) => createChain(oracle, chain, imports, nowNs));
}

/** Expires the pending transfer that is the first to expire, if it is due. Says whether there was one. */
export function oracleExpireNext(oracle: Oracle, nowNs: bigint): boolean {
  const [first] = transfersOf(oracle)
    .filter((transfer) => transfer.timeoutSeconds > 0 && stateOf(oracle, transfer) === "pending")
    .sort((one, other) => compare(expiryOf(one), expiryOf(other)) || compare(one.bookTimeNs, other.bookTimeNs));
  if (first === undefined || expiryOf(first) > nowNs) {
    return false;
  }
  oracle.events.push({
    ...first,
    id: NO_ID,
    phase: EXPIRY,
    flags: 0,
    released: first.amount,
    pendingId: first.id,
    timeoutSeconds: 0,
    metadata: {},
    bookTimeNs: nextTime(oracle, nowNs),
  });
  return true;
}

/** A chain ends with the first transfer that is not linked to a next one. */
function chainsOf(asked: readonly NewTransfer[]): NewTransfer[][] {
  const chains: NewTransfer[][] = [[]];
  for (const [index, transfer] of asked.entries()) {
    chains.at(-1)?.push(transfer);
    if ((transfer.flags & LINKED) === 0 && index < asked.length - 1) {
      chains.push([]);
    }
  }
  return chains;
}

function createChain(oracle: Oracle, chain: NewTransfer[], imports: boolean, nowNs: bigint): TransferResult[] {
  const isOpen = ((chain.at(-1)?.flags ?? 0) & LINKED) !== 0;
  const again = chain.map((asked) => judge(oracle, asked, imports, nowNs));
  if (!isOpen && again.every(({ status }) => status === "exists")) {
    return again;
  }
  const before = [...oracle.events];
  const results: TransferResult[] = chain.map(() => ({ status: "linked_event_failed" }));
  for (const [index, asked] of chain.entries()) {
    const isOpenEnd = isOpen && index === chain.length - 1;
    const result: TransferResult = isOpenEnd
      ? { status: "linked_event_chain_open" }
      : create(oracle, asked, imports, nowNs);
    results[index] = result;
    if (result.status === "created") {
      continue;
    }
    oracle.events = before;
    const transient = TRANSIENT.find((status) => status === result.status);
    if (transient !== undefined) {
      oracle.events.push({ kind: "failure", id: asked.id, status: transient });
    }
    return results.map((own, at) => {
      if (at === index) return own;
      return isOpen && at === chain.length - 1
        ? { status: "linked_event_chain_open" }
        : { status: "linked_event_failed" };
    });
  }
  return results;
}

function create(oracle: Oracle, asked: NewTransfer, imports: boolean, nowNs: bigint): TransferResult {
  const result = judge(oracle, asked, imports, nowNs);
  if (result.status === "created") {
    oracle.events.push(toBook(oracle, asked, result.bookTimeNs));
  }
  return result;
}

function judge(oracle: Oracle, asked: NewTransfer, imports: boolean, nowNs: bigint): TransferResult {
  const existing = transferOf(oracle, asked.id);
  const failure = oracle.events.find((event) => event.kind === "failure" && event.id === asked.id);
  const pending = transferOf(oracle, asked.pendingId);
  const filled = isResolution(asked) && pending !== undefined ? fill(asked, pending) : asked;
  const status = applicable(TRANSFER_RULES, {
    oracle,
    asked,
    filled,
    imports,
    nowNs,
    existing,
    hasFailed: failure !== undefined,
    pending,
    reversed: transferOf(oracle, asked.reversesId),
    debit: accountOf(oracle, filled.debitAccountId),
    credit: accountOf(oracle, filled.creditAccountId),
    amount: amountToMove(oracle, filled),
    timeNs: nextTime(oracle, nowNs),
  });
  if (status === undefined) {
    return { status: "created", bookTimeNs: asked.importTimeNs ?? nextTime(oracle, nowNs) };
  }
  if (status === "exists") {
    return { status, bookTimeNs: existing?.bookTimeNs ?? -1n };
  }
  if (status === "id_already_failed") {
    return { status, firstStatus: failure?.kind === "failure" ? failure.status : "exceeds_debits" };
  }
  return { status };
}

/** What a post or void leaves out is the pending transfer's. */
function fill(asked: NewTransfer, pending: OracleTransfer): NewTransfer {
  return {
    ...asked,
    debitAccountId: asked.debitAccountId === NO_ID ? pending.debitAccountId : asked.debitAccountId,
    creditAccountId: asked.creditAccountId === NO_ID ? pending.creditAccountId : asked.creditAccountId,
    amount: asked.amount ?? pending.amount,
    currencyCode: asked.amount === undefined ? pending.currencyCode : asked.currencyCode,
    code: asked.code === 0 ? pending.code : asked.code,
    metadata: Object.keys(asked.metadata).length === 0 ? pending.metadata : asked.metadata,
    valueDate: asked.valueDate ?? pending.valueDate,
  };
}

function toBook(oracle: Oracle, asked: NewTransfer, bookTimeNs: bigint): OracleTransfer {
  const pending = transferOf(oracle, asked.pendingId);
  const { importTimeNs: _, ...filled } = pending === undefined ? asked : fill(asked, pending);
  return {
    ...filled,
    kind: "transfer",
    amount: amountToMove(oracle, filled),
    released: pending?.amount ?? 0n,
    ledger: accountOf(oracle, filled.debitAccountId)?.ledger ?? 0,
    bookTimeNs,
  };
}

function amountToMove(
  oracle: Oracle,
  asked: Pick<NewTransfer, "amount" | "flags" | "debitAccountId" | "creditAccountId">,
) {
  let amount = asked.amount ?? 0n;
  if ((asked.flags & BALANCING_DEBIT) !== 0) {
    const { debitsPosted, debitsPending, creditsPosted } = balanceOf(oracle, asked.debitAccountId);
    const overdraft = accountOf(oracle, asked.debitAccountId)?.overdraftLimit ?? 0n;
    const room = creditsPosted + overdraft - debitsPosted - debitsPending;
    amount = amount < room ? amount : room;
  }
  if ((asked.flags & BALANCING_CREDIT) !== 0) {
    const { debitsPosted, creditsPending, creditsPosted } = balanceOf(oracle, asked.creditAccountId);
    const overdraft = accountOf(oracle, asked.creditAccountId)?.overdraftLimit ?? 0n;
    const room = debitsPosted + overdraft - creditsPosted - creditsPending;
    amount = amount < room ? amount : room;
  }
  const isBalancing = (asked.flags & (BALANCING_DEBIT | BALANCING_CREDIT)) !== 0;
  return isBalancing && amount < 0n ? 0n : amount;
}
