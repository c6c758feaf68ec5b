import { describe, expect, it } from "vitest";
import { type Account, MAX_BALANCE } from "./account.ts";
import type { Books } from "./books.ts";
import { createTransfers } from "./create-transfers.ts";
import { account, books, INT_MAX, id, newTransfer, transfer, ZERO } from "./testing/build.ts";
import type { NewTransfer } from "./transfer.ts";

/**
 * 1 and 2 are plain; 3 is of another ledger and currency; 4 is of another currency; 5 is full on both sides; 6 owes nobody
 * and 7 is owed nothing, both bounded. Transfer 50 is posted, 51 has failed.
 */
function bank(): Books {
  const full = { debitsPosted: MAX_BALANCE, creditsPosted: MAX_BALANCE };
  return books({
    accounts: [
      account(1),
      account(2),
      account(3, { ledger: 2, currencyCode: "MXN" }),
      account(4, { currencyCode: "MXN" }),
      account(5, full),
      account(6, { balanceConstraint: "debits_must_not_exceed_credits" }),
      account(7, { balanceConstraint: "credits_must_not_exceed_debits" }),
      account(8, { ...full, balanceConstraint: "debits_must_not_exceed_credits" }),
      account(9, { ...full, balanceConstraint: "credits_must_not_exceed_debits" }),
    ],
    transfers: [transfer(50, { metadata: { memo: "x" } })],
    failedTransfers: [{ id: id(51), status: "exceeds_credits" }],
  });
}

function statuses(open: Books, ...asked: NewTransfer[]): string[] {
  return createTransfers(open, asked).map(({ status }) => status);
}

const twin = newTransfer(50, { metadata: { memo: "x" } });

describe("LEDGER-022: the fault that stands first is the answer; each row has its fault and all that can stand after it", () => {
  const nowhere = { debitAccountId: id(98), creditAccountId: id(99) };
  const same = { amount: 0n, debitAccountId: id(98), creditAccountId: id(98) };
  const byCode = { code: 2 };
  const byMetadata = { ...byCode, metadata: {} };
  const byCurrency = { ...byMetadata, currencyCode: "MXN" };
  const byAmount = { ...byCurrency, amount: 0n };
  const byCredit = { ...byAmount, creditAccountId: id(1) };
  const byDebit = { ...byAmount, debitAccountId: id(98), creditAccountId: id(98) };

  it.each<[string, NewTransfer]>([
    ["created", newTransfer(1)],
    ["linked_event_chain_open", newTransfer(0, { ...same, id: ZERO, linked: true })],
    ["id_must_not_be_zero", newTransfer(0, { ...same, id: ZERO })],
    ["id_must_not_be_int_max", newTransfer(0, { ...same, id: INT_MAX })],
    ["exists_with_different_debit_account_id", { ...twin, ...byDebit }],
    ["exists_with_different_credit_account_id", { ...twin, ...byCredit }],
    ["exists_with_different_amount", { ...twin, ...byAmount }],
    ["exists_with_different_currency", { ...twin, ...byCurrency }],
    ["exists_with_different_metadata", { ...twin, ...byMetadata }],
    ["exists_with_different_code", { ...twin, ...byCode }],
    ["exists", twin],
    ["id_already_failed", newTransfer(51, same)],
    ["amount_must_be_positive", newTransfer(1, same)],
    ["amount_must_be_positive", newTransfer(1, { ...same, amount: -1n })],
    ["accounts_must_be_different", newTransfer(1, { ...same, amount: 1n })],
    ["debit_account_not_found", newTransfer(1, nowhere)],
    ["credit_account_not_found", newTransfer(1, { ...nowhere, debitAccountId: id(3) })],
    ["accounts_must_have_the_same_ledger", newTransfer(1, { debitAccountId: id(5), creditAccountId: id(3) })],
    ["currencies_must_match", newTransfer(1, { debitAccountId: id(5), creditAccountId: id(4) })],
    ["currencies_must_match", newTransfer(1, { debitAccountId: id(4) })],
    ["currencies_must_match", newTransfer(1, { debitAccountId: id(8), creditAccountId: id(5), currencyCode: "MXN" })],
    ["overflows_debits_posted", newTransfer(1, { debitAccountId: id(8), creditAccountId: id(9) })],
    ["overflows_credits_posted", newTransfer(1, { debitAccountId: id(6), creditAccountId: id(9) })],
    ["exceeds_credits", newTransfer(1, { debitAccountId: id(6), creditAccountId: id(7) })],
    ["exceeds_debits", newTransfer(1, { debitAccountId: id(1), creditAccountId: id(7) })],
  ])("%s", (status, asked) => {
    expect(statuses(bank(), asked)).toEqual([status]);
  });

  it("exists_with_different_linked", () => {
    const asked = { ...twin, ...byDebit, linked: true };
    expect(statuses(bank(), asked, newTransfer(1))).toEqual(["exists_with_different_linked", "linked_event_failed"]);
  });
});

describe("posting", () => {
  it("debits one account, credits the other, and keeps both balances beside the transfer", () => {
    const open = bank();
    expect(createTransfers(open, [newTransfer(1)])).toEqual([{ status: "created", bookTimeNs: 100n }]);
    expect(open.accounts.get(id(1))).toMatchObject({ debitsPosted: 10n, creditsPosted: 0n });
    expect(open.accounts.get(id(2))).toMatchObject({ debitsPosted: 0n, creditsPosted: 10n });
    expect(open.added.postings).toEqual([
      {
        transfer: { ...newTransfer(1), bookTimeNs: 100n },
        ledger: 1,
        debitAccountAfter: { debitsPosted: 10n, creditsPosted: 0n },
        creditAccountAfter: { debitsPosted: 0n, creditsPosted: 10n },
      },
    ]);
  });

  it("LEDGER-020: the same transfer again answers with the first book time, also within one request", () => {
    const open = bank();
    const [first, again] = createTransfers(open, [newTransfer(1), newTransfer(1)]);
    expect(first).toEqual({ status: "created", bookTimeNs: 100n });
    expect(again).toEqual({ status: "exists", bookTimeNs: 100n });
    expect(open.added.postings).toHaveLength(1);
  });

  it("LEDGER-021: the same id with another body answers with what differs, also within one request", () => {
    expect(statuses(bank(), newTransfer(1), newTransfer(1, { amount: 11n }))).toEqual([
      "created",
      "exists_with_different_amount",
    ]);
  });
});

describe("LEDGER-025: a constraint lets the balance go to its bound and no further", () => {
  const bounded = (over: Partial<Account>) => books({ accounts: [account(1, over), account(2)] });
  const out = (amount: bigint) => newTransfer(Number(amount), { amount });
  const back = (amount: bigint) =>
    newTransfer(Number(amount), { amount, debitAccountId: id(2), creditAccountId: id(1) });

  it("of debits, by what was credited before", () => {
    const open = bounded({ balanceConstraint: "debits_must_not_exceed_credits", creditsPosted: 30n });
    expect(statuses(open, out(31n), out(30n), out(1n))).toEqual(["exceeds_credits", "created", "exceeds_credits"]);
  });

  it("of debits, and by the overdraft limit", () => {
    const open = bounded({
      balanceConstraint: "debits_must_not_exceed_credits",
      creditsPosted: 30n,
      overdraftLimit: 5n,
    });
    expect(statuses(open, out(36n), out(35n), out(1n))).toEqual(["exceeds_credits", "created", "exceeds_credits"]);
  });

  it("of credits, the mirror", () => {
    const open = bounded({
      balanceConstraint: "credits_must_not_exceed_debits",
      debitsPosted: 30n,
      overdraftLimit: 5n,
    });
    expect(statuses(open, back(36n), back(35n), back(1n))).toEqual(["exceeds_debits", "created", "exceeds_debits"]);
  });

  it("with the largest overdraft there is", () => {
    const open = bounded({
      balanceConstraint: "debits_must_not_exceed_credits",
      creditsPosted: 30n,
      overdraftLimit: MAX_BALANCE,
    });
    expect(statuses(open, out(MAX_BALANCE))).toEqual(["created"]);
  });
});

it("LEDGER-026: a balance reaches 2^63-1 and no more", () => {
  const open = books({ accounts: [account(1, { debitsPosted: MAX_BALANCE - 10n }), account(2)] });
  expect(statuses(open, newTransfer(1, { amount: 11n }), newTransfer(2), newTransfer(3))).toEqual([
    "overflows_debits_posted",
    "created",
    "overflows_debits_posted",
  ]);
});

describe("LEDGER-024: an id that failed by the state of the moment has failed for good", () => {
  const empty = () =>
    books({ accounts: [account(1, { balanceConstraint: "debits_must_not_exceed_credits" }), account(2)] });

  it.each<[string, NewTransfer]>([
    ["debit_account_not_found", newTransfer(1, { debitAccountId: id(99) })],
    ["credit_account_not_found", newTransfer(1, { creditAccountId: id(99) })],
    ["exceeds_credits", newTransfer(1)],
  ])("after %s", (firstStatus, asked) => {
    const open = empty();
    const [first, again] = createTransfers(open, [asked, asked]);
    expect(first).toEqual({ status: firstStatus });
    expect(again).toEqual({ status: "id_already_failed", firstStatus });
    expect(open.added.failedTransfers).toEqual([{ id: id(1), status: firstStatus }]);
  });

  it("but not one that failed by what it is itself: it may be sent again, mended", () => {
    const open = empty();
    expect(statuses(open, newTransfer(1, { amount: 0n }))).toEqual(["amount_must_be_positive"]);
    expect(open.added.failedTransfers).toEqual([]);
  });
});

describe("LEDGER-023: a chain succeeds or fails together", () => {
  const linked = (number: number, over: Partial<NewTransfer> = {}) => newTransfer(number, { linked: true, ...over });
  const bad = { amount: 0n };

  it("each sees those before it", () => {
    const open = books({
      accounts: [account(1), account(2, { balanceConstraint: "debits_must_not_exceed_credits" }), account(3)],
    });
    const onwards = newTransfer(2, { debitAccountId: id(2), creditAccountId: id(3) });
    expect(statuses(open, linked(1), onwards)).toEqual(["created", "created"]);
  });

  it("the culprit carries its own status, wherever it stands, and nothing has effect", () => {
    for (const culprit of [0, 1, 2]) {
      const open = bank();
      const before = new Map(open.accounts);
      const chain = [linked(1), linked(2), newTransfer(3)].map((one, index) =>
        index === culprit ? { ...one, ...bad } : one,
      );
      const expected = chain.map((_, index) => (index === culprit ? "amount_must_be_positive" : "linked_event_failed"));
      expect(statuses(open, ...chain)).toEqual(expected);
      expect(open.accounts).toEqual(before);
      expect(open.added.postings).toEqual([]);
      expect([1, 2, 3].some((number) => open.transfers.has(id(number)))).toBe(false);
    }
  });

  it("what stands before and after it stays", () => {
    const open = bank();
    expect(statuses(open, newTransfer(1), linked(2), newTransfer(3, bad), newTransfer(4))).toEqual([
      "created",
      "linked_event_failed",
      "amount_must_be_positive",
      "created",
    ]);
    expect(open.accounts.get(id(1))?.debitsPosted).toBe(20n);
  });

  it("only the culprit's id is spent", () => {
    const open = bank();
    expect(statuses(open, linked(1), newTransfer(2, { debitAccountId: id(6) }))).toEqual([
      "linked_event_failed",
      "exceeds_credits",
    ]);
    expect(open.added.failedTransfers).toEqual([{ id: id(2), status: "exceeds_credits" }]);
    expect(statuses(open, newTransfer(1))).toEqual(["created"]);
  });

  it("an open end says so, even where an earlier one failed", () => {
    expect(statuses(bank(), linked(1), linked(2))).toEqual(["linked_event_failed", "linked_event_chain_open"]);
    expect(statuses(bank(), linked(1, bad), linked(2))).toEqual(["amount_must_be_positive", "linked_event_chain_open"]);
  });

  it("LEDGER-020: sent again as it was posted, each answers with its first book time", () => {
    const open = bank();
    const chain = [linked(1), newTransfer(2)];
    createTransfers(open, chain);
    expect(createTransfers(open, chain)).toEqual([
      { status: "exists", bookTimeNs: 100n },
      { status: "exists", bookTimeNs: 101n },
    ]);
  });

  it("one that exists beside one that does not fails the chain", () => {
    const open = bank();
    createTransfers(open, [linked(1), newTransfer(2)]);
    expect(statuses(open, linked(1), newTransfer(3))).toEqual(["exists", "linked_event_failed"]);
  });
});
