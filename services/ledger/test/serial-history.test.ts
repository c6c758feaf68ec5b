import { describe, expect, it } from "vitest";
import { type Operation, violationOf } from "./serial-history.ts";

/** A transfer of an amount from cash to ana, booked at a time that stands for its place in the order. */
function booked(
  askedMs: number,
  answeredMs: number,
  bookTime: number,
  amount = 10,
  from = "cash",
  to = "ana",
): Operation {
  return {
    kind: "booked",
    askedMs,
    answeredMs,
    debit: from,
    credit: to,
    amount: BigInt(amount),
    bookTimeNs: BigInt(bookTime),
  };
}

/** A read that finds so much credited to ana, and nothing debited. */
function read(askedMs: number, answeredMs: number, ana: number): Operation {
  return { kind: "read", askedMs, answeredMs, sums: new Map([["ana", { debits: 0n, credits: BigInt(ana) }]]) };
}

function refused(askedMs: number, answeredMs: number, amount: number): Operation {
  return { kind: "refused", askedMs, answeredMs, debit: "ana", amount: BigInt(amount) };
}

const NEVER = Number.POSITIVE_INFINITY;

describe("a history that one order explains", () => {
  it.each<[string, Operation[]]>([
    ["one after the other", [booked(0, 1, 1), read(2, 3, 10), booked(4, 5, 2), read(6, 7, 20)]],
    ["a read beside a transfer that sees it", [booked(0, 5, 1), read(1, 2, 10)]],
    ["a read beside a transfer that does not see it", [booked(0, 5, 1), read(1, 2, 0)]],
    ["transfers side by side, booked in the other order", [booked(0, 5, 2), booked(1, 4, 1), read(6, 7, 20)]],
    ["reads side by side of which the later asked sees less", [booked(0, 9, 1), read(1, 8, 10), read(2, 7, 0)]],
    ["a transfer without an answer that was booked, seen late", [booked(0, NEVER, 1), read(5, 6, 0), read(7, 8, 10)]],
    ["a refusal before the money came", [refused(0, 3, 5), booked(2, 4, 1)]],
    ["a refusal of more than there is", [booked(0, 1, 1), refused(2, 3, 11)]],
    [
      "a read of two accounts at one moment",
      [
        booked(0, 9, 1),
        {
          kind: "read",
          askedMs: 1,
          answeredMs: 2,
          sums: new Map([
            ["cash", { debits: 10n, credits: 0n }],
            ["ana", { debits: 0n, credits: 10n }],
          ]),
        },
      ],
    ],
  ])("%s", (_name, history) => {
    expect(violationOf(history)).toBeUndefined();
  });
});

describe("a history that no order explains", () => {
  it.each<[string, Operation[], RegExp]>([
    ["a lost update: answered, and never seen", [booked(0, 1, 1), read(2, 3, 0)], /fits no books/],
    ["a lost update: of two, one is seen", [booked(0, 1, 1), booked(0, 1, 2), read(2, 3, 10)], /fits no books/],
    ["a double: booked once, seen twice", [booked(0, 1, 1), read(2, 3, 20)], /fits no books/],
    [
      "a stale read: less than another read saw before",
      [booked(0, 9, 1), read(1, 2, 10), read(3, 4, 0)],
      /fits no books/,
    ],
    ["a dirty read: of what was never booked", [booked(0, 1, 1), read(2, 3, 15)], /fits no books/],
    ["a read of what is asked only later", [read(0, 1, 10), booked(2, 3, 1)], /fits no books/],
    ["book times against real time", [booked(0, 1, 2), booked(2, 3, 1)], /asked after a later one was answered/],
    ["one book time given twice", [booked(0, 1, 1), booked(0, 1, 1)], /two transfers have the book time 1/],
    ["a refusal though the money was there", [booked(0, 1, 1), refused(2, 3, 10)], /the refusal of 10 on ana/],
    [
      "a transfer that is undone between reads",
      [booked(0, NEVER, 1), read(1, 2, 10), read(3, 4, 0), read(5, 6, 10)],
      /fits no books/,
    ],
    [
      "half a transfer: one of its accounts has it, the other has not",
      [
        booked(0, 9, 1),
        {
          kind: "read",
          askedMs: 1,
          answeredMs: 2,
          sums: new Map([
            ["cash", { debits: 10n, credits: 0n }],
            ["ana", { debits: 0n, credits: 0n }],
          ]),
        },
      ],
      /fits no books/,
    ],
  ])("%s", (_name, history, why) => {
    expect(violationOf(history)).toMatch(why);
  });
});
