/** Random requests for transfers, most of them about what was asked for before: that is where ledgers go wrong. */
import { MAX_BALANCE } from "../account.ts";
import { type Id, MAX_ID, ZERO_ID } from "../id.ts";
import { NO_METADATA } from "../metadata.ts";
import { FLAG, type NewTransfer, PHASE } from "../transfer.ts";
import { type Draw, happens, pick } from "./draw.ts";
import { ACCOUNT_COUNT, accountId, WHALES } from "./random-accounts.ts";

/** Makes requests, and remembers them. */
export interface TransferMaker {
  /** One request as of now. */
  make(draw: Draw, nowNs: bigint): NewTransfer[];
}

/** The day on which most of it happens: 1.7e18 nanoseconds after the epoch. */
const FIRST_DAY = 19_675;
/** Requests that are remembered. */
const REMEMBERED = 24;

/** Makes the requests of one caller. `own` is part of every id, so that callers do not meet in what is new. */
export function transferMaker(own = 0): TransferMaker {
  const requests: (readonly NewTransfer[])[] = [];
  let count = 0;

  const newId = (draw: Draw): Id => {
    count++;
    // Most ids grow with time; some do not.
    const era = happens(draw, 20) ? draw(2) : 2;
    return `${String.fromCharCode(16 + era)}\0${String.fromCharCode(count >> 8, count & 255, own)}${"t".repeat(11)}`;
  };

  const remembered = (draw: Draw, isWanted: (transfer: NewTransfer) => boolean): NewTransfer | undefined => {
    const wanted = requests.flat().filter(isWanted);
    return wanted[draw(wanted.length + 1)] ?? wanted.at(-1);
  };

  const one = (draw: Draw): NewTransfer => {
    const kind = draw(100);
    const isResend = kind >= 86;
    const pending =
      kind < 22 ? remembered(draw, ({ phase }) => phase === PHASE.pending || happens(draw, 5)) : undefined;
    const original =
      kind >= 22 && kind < 32 ? remembered(draw, (transfer) => isMovement(transfer) || happens(draw, 10)) : undefined;
    const again = isResend ? remembered(draw, () => true) : undefined;
    const made = again ?? resolution(draw, newId, pending) ?? reversal(draw, newId, original) ?? movement(draw, newId);
    return happens(draw, isResend ? 50 : 12) ? spoil(draw, made) : made;
  };

  return {
    make(draw, nowNs) {
      const whole = happens(draw, 8) ? requests[draw(Math.max(requests.length, 1))] : undefined;
      const plain = whole ?? Array.from({ length: 1 + draw(5) }, () => one(draw));
      const linked = whole === undefined && happens(draw, 25) ? plain.map((transfer) => link(draw, transfer)) : plain;
      const request = whole === undefined && happens(draw, 14) ? importing(draw, linked, nowNs) : linked;
      requests.push(request);
      if (requests.length > REMEMBERED) {
        requests.splice(draw(REMEMBERED / 2), 1);
      }
      return [...request];
    },
  };
}

function isMovement({ phase }: NewTransfer): boolean {
  return phase === PHASE.single || phase === PHASE.post;
}

/** Mostly one of those that go well with one another. */
function someAccount(draw: Draw): number {
  return happens(draw, 90) ? draw(9) : draw(ACCOUNT_COUNT);
}

function movement(draw: Draw, newId: (draw: Draw) => Id): NewTransfer {
  const isHuge = happens(draw, 7);
  const debit = isHuge ? (WHALES[draw(3)] ?? 6) : someAccount(draw);
  const credit = isHuge ? (WHALES[draw(3)] ?? 7) : someAccount(draw);
  const isPending = happens(draw, 35);
  return {
    id: newId(draw),
    phase: isPending ? PHASE.pending : PHASE.single,
    flags:
      (happens(draw, 8) ? FLAG.balancingDebit : 0) |
      (happens(draw, 8) ? FLAG.balancingCredit : 0) |
      (isPending && happens(draw, 6) ? FLAG.closingDebit : 0) |
      (isPending && happens(draw, 6) ? FLAG.closingCredit : 0),
    debitAccountId: accountId(debit),
    creditAccountId: accountId(credit === debit ? (credit + 1) % ACCOUNT_COUNT : credit),
    amount: isHuge ? MAX_BALANCE / BigInt(1 + draw(3)) - BigInt(draw(3)) : BigInt(draw(60)),
    currencyCode: debit === 9 ? "USD" : "BRL",
    code: 1 + draw(3),
    pendingId: ZERO_ID,
    timeoutSeconds: isPending ? pick(draw, [0, 0, 1, 2, 5, happens(draw, 20) ? 4_294_967_295 : 1]) : 0,
    metadata: happens(draw, 20) ? { note: `n"${draw(3)}`, "": "é" } : NO_METADATA,
    valueDate: happens(draw, 15) ? draw(40_000) - 10_000 : undefined,
    reversesId: ZERO_ID,
    importTimeNs: undefined,
  };
}

function resolution(draw: Draw, newId: (draw: Draw) => Id, pending: NewTransfer | undefined): NewTransfer | undefined {
  if (pending === undefined) {
    return undefined;
  }
  const isPost = happens(draw, 60);
  const amount = pending.amount === undefined || pending.amount < 0n ? 0n : pending.amount;
  const part = isPost ? BigInt(draw(Number(amount > 1_000n ? 1_000n : amount) + 2)) : amount;
  const givesAmount = happens(draw, 50);
  const givesAll = happens(draw, 30);
  return {
    ...pending,
    id: newId(draw),
    phase: isPost ? PHASE.post : PHASE.void,
    flags: 0,
    debitAccountId: givesAll ? pending.debitAccountId : ZERO_ID,
    creditAccountId: givesAll ? pending.creditAccountId : ZERO_ID,
    amount: givesAmount ? part : undefined,
    currencyCode: givesAmount ? pending.currencyCode : "",
    code: givesAll ? pending.code : 0,
    pendingId: pending.id,
    timeoutSeconds: 0,
    metadata: happens(draw, 20) ? { note: "resolved" } : NO_METADATA,
    valueDate: happens(draw, 15) ? draw(40_000) : undefined,
    importTimeNs: undefined,
  };
}

function reversal(draw: Draw, newId: (draw: Draw) => Id, original: NewTransfer | undefined): NewTransfer | undefined {
  if (original === undefined) {
    return undefined;
  }
  return {
    ...movement(draw, newId),
    phase: PHASE.single,
    flags: 0,
    debitAccountId: happens(draw, 95) ? original.creditAccountId : accountId(0),
    creditAccountId: original.debitAccountId,
    amount: happens(draw, 50) ? (original.amount ?? 0n) : BigInt(draw(30)),
    currencyCode: original.currencyCode,
    timeoutSeconds: 0,
    reversesId: original.id,
  };
}

function link(draw: Draw, transfer: NewTransfer): NewTransfer {
  return happens(draw, 50) ? { ...transfer, flags: transfer.flags | FLAG.linked } : transfer;
}

function importing(draw: Draw, transfers: readonly NewTransfer[], nowNs: bigint): NewTransfer[] {
  const base = nowNs - BigInt(pick(draw, [6, 1_000, 20_000_000, 60_000_000, 3_000_000_000]));
  return transfers.map((transfer, index) => {
    const times: readonly [bigint, ...bigint[]] = [-1n, 1n, 2n ** 63n, nowNs, nowNs + 1n];
    const importTimeNs = happens(draw, 10) ? pick(draw, times) : base + BigInt(index);
    return happens(draw, 4)
      ? transfer
      : {
          ...transfer,
          flags: transfer.flags | FLAG.imported,
          timeoutSeconds: happens(draw, 80) ? 0 : transfer.timeoutSeconds,
          importTimeNs,
        };
  });
}

function spoil(draw: Draw, transfer: NewTransfer): NewTransfer {
  const changes: readonly [Partial<NewTransfer>, ...Partial<NewTransfer>[]] = [
    { id: ZERO_ID },
    { id: MAX_ID },
    { flags: transfer.flags ^ FLAG.linked },
    { flags: transfer.flags ^ FLAG.balancingDebit },
    { flags: transfer.flags ^ FLAG.balancingCredit },
    { flags: transfer.flags ^ FLAG.closingDebit },
    { phase: pick(draw, [PHASE.single, PHASE.pending, PHASE.post, PHASE.void]) },
    { debitAccountId: pick(draw, [ZERO_ID, MAX_ID, accountId(draw(ACCOUNT_COUNT))]) },
    { creditAccountId: pick(draw, [ZERO_ID, MAX_ID, accountId(draw(ACCOUNT_COUNT))]) },
    { debitAccountId: transfer.creditAccountId },
    { debitAccountId: accountId(77) },
    { creditAccountId: accountId(78) },
    { amount: (transfer.amount ?? 0n) + 1n },
    { amount: (transfer.amount ?? 0n) - 1n },
    { amount: -1n },
    { amount: undefined },
    { currencyCode: "EUR" },
    { code: transfer.code + 1 },
    { code: 0 },
    { pendingId: pick(draw, [ZERO_ID, MAX_ID, accountId(1)]) },
    { pendingId: transfer.id },
    { timeoutSeconds: 4_294_967_295 },
    { timeoutSeconds: transfer.timeoutSeconds + 1 },
    { metadata: { note: "another" } },
    { valueDate: Number.NaN },
    { valueDate: FIRST_DAY },
    { valueDate: (transfer.valueDate ?? 0) + 1 },
    { reversesId: pick(draw, [ZERO_ID, MAX_ID, transfer.id, accountId(1)]) },
    { importTimeNs: 5n, flags: transfer.flags | FLAG.imported },
  ];
  return { ...transfer, ...pick(draw, changes) };
}
