/** The books against a second, naive writing of their rules, on random requests. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { allows, type BalanceConstraint, MAX_BALANCE, type NewAccount } from "./account.ts";
import { type Books, openBooks } from "./books.ts";
import { createAccounts } from "./create-accounts.ts";
import { createTransfers } from "./create-transfers.ts";
import { id, newAccount, newTransfer } from "./testing/build.ts";
import { ask, credits, debits, type Oracle } from "./testing/oracle.ts";
import type { NewTransfer } from "./transfer.ts";

const constraints: readonly BalanceConstraint[] = [
  "none",
  "debits_must_not_exceed_credits",
  "credits_must_not_exceed_debits",
];

/** Few accounts, mostly of one ledger and currency, so that transfers meet. */
const accountsOf = fc
  .array(
    fc.record({
      balanceConstraint: fc.constantFrom(...constraints),
      overdraftLimit: fc.constantFrom(0n, 0n, 20n, MAX_BALANCE),
      ledger: fc.constantFrom(1, 1, 1, 2),
      currencyCode: fc.constantFrom("BRL", "BRL", "BRL", "MXN"),
    }),
    { minLength: 2, maxLength: 5 },
  )
  .map((rows) =>
    rows.map((row, index) =>
      newAccount(index + 1, { ...row, overdraftLimit: row.balanceConstraint === "none" ? 0n : row.overdraftLimit }),
    ),
  );

/** Few ids, so that they come again with the same body, with another, and after failures. */
const transferOf: fc.Arbitrary<NewTransfer> = fc
  .record({
    number: fc.integer({ min: 1, max: 12 }),
    debit: fc.integer({ min: 1, max: 6 }),
    credit: fc.integer({ min: 1, max: 6 }),
    amount: fc.constantFrom(-1n, 0n, 1n, 7n, 10n, 10n, 20n, MAX_BALANCE - 5n, MAX_BALANCE),
    linked: fc.boolean(),
    code: fc.constantFrom(1, 1, 1, 2),
    currencyCode: fc.constantFrom("BRL", "BRL", "BRL", "MXN"),
  })
  .map(({ number, debit, credit, ...rest }) =>
    newTransfer(number, { debitAccountId: id(debit), creditAccountId: id(credit), ...rest }),
  );

/** Requests, each of which may be sent again right away or at the end. */
const requestsOf = fc
  .array(
    fc.record({
      transfers: fc.array(transferOf, { minLength: 1, maxLength: 6 }),
      timesSent: fc.constantFrom(1, 1, 2),
      isSentLast: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((rows) => [
    ...rows.flatMap(({ transfers, timesSent }) => Array.from({ length: timesSent }, () => transfers)),
    ...rows.flatMap(({ transfers, isSentLast }) => (isSentLast ? [transfers] : [])),
  ]);

it("whatever is sent, the books answer as the naive ledger does and keep its sums", () => {
  fc.assert(
    fc.property(accountsOf, requestsOf, (accounts, requests) => {
      let books = openBooks({ accounts: [], transfers: [], failedTransfers: [], lastTimeNs: 0n }, 1n);
      createAccounts(books, accounts);
      let oracle: Oracle = { accounts, posted: [], spent: {} };
      for (const request of requests) {
        books = reopened(books);
        const results = createTransfers(books, request);
        const { statuses, after } = ask(oracle, request);
        oracle = after;
        expect(results.map(({ status }) => status)).toEqual(statuses);
        expectSound(books, oracle);
      }
    }),
    { numRuns: 1_500 },
  );
});

/** The books as another batch would load them. */
function reopened(books: Books): Books {
  return openBooks(
    {
      accounts: books.accounts.values(),
      transfers: books.transfers.values(),
      failedTransfers: [...books.failedTransfers].map(([id, status]) => ({ id, status })),
      lastTimeNs: books.lastTimeNs,
    },
    1n,
  );
}

function expectSound(books: Books, { accounts, posted }: Oracle): void {
  const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
  const all = [...books.accounts.values()];
  // LEDGER-001
  expect(sum(all.map((account) => account.debitsPosted))).toBe(sum(all.map((account) => account.creditsPosted)));
  // LEDGER-025
  expect(all.filter((account) => !allows(account, account))).toEqual([]);
  // LEDGER-002
  expect(all.map((account) => [account.id, account.debitsPosted, account.creditsPosted])).toEqual(
    accounts.map((account: NewAccount) => [account.id, debits(posted, account), credits(posted, account)]),
  );
  expect(new Set(books.transfers.keys())).toEqual(new Set(posted.map((transfer) => transfer.id)));
  // LEDGER-003
  const times = [...books.transfers.values()].map((transfer) => transfer.bookTimeNs);
  expect(times.every((time, index) => time > (times[index - 1] ?? 0n))).toBe(true);
}
