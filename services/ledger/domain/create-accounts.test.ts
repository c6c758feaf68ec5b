import { describe, expect, it } from "vitest";
import type { NewAccount } from "./account.ts";
import { createAccounts } from "./create-accounts.ts";
import { account, books, INT_MAX, id, newAccount, ZERO } from "./testing/build.ts";

/** Judges one account against books that hold account 1, bounded, with labels. */
function judge(asked: NewAccount): string {
  const existing = account(1, {
    balanceConstraint: "debits_must_not_exceed_credits",
    overdraftLimit: 5n,
    metadata: { owner: "ana" },
  });
  return createAccounts(books({ accounts: [existing] }), [asked])[0]?.status ?? "no result";
}

const twin = newAccount(1, {
  balanceConstraint: "debits_must_not_exceed_credits",
  overdraftLimit: 5n,
  metadata: { owner: "ana" },
});

describe("LEDGER-012: the fault that stands first is the answer; each row has its fault and all that stand after it", () => {
  const later = {
    code: { code: 11 },
    currency: { code: 11, currencyCode: "MXN" },
    ledger: { code: 11, currencyCode: "MXN", ledger: 2 },
    metadata: { code: 11, currencyCode: "MXN", ledger: 2, metadata: {} },
    overdraft: { code: 11, currencyCode: "MXN", ledger: 2, metadata: {}, overdraftLimit: 6n },
    constraint: {
      code: 11,
      currencyCode: "MXN",
      ledger: 2,
      metadata: {},
      overdraftLimit: 6n,
      balanceConstraint: "none",
    },
  } as const satisfies Record<string, Partial<NewAccount>>;

  it.each<[string, NewAccount]>([
    ["created", newAccount(2)],
    ["id_must_not_be_zero", newAccount(0, { ...later.constraint, id: ZERO })],
    ["id_must_not_be_int_max", newAccount(0, { ...later.constraint, id: INT_MAX })],
    ["exists_with_different_balance_constraint", { ...twin, ...later.constraint }],
    ["exists_with_different_overdraft_limit", { ...twin, ...later.overdraft }],
    ["exists_with_different_metadata", { ...twin, ...later.metadata }],
    ["exists_with_different_ledger", { ...twin, ...later.ledger }],
    ["exists_with_different_currency", { ...twin, ...later.currency }],
    ["exists_with_different_code", { ...twin, ...later.code }],
    ["exists", twin],
    ["overdraft_limit_needs_constraint", newAccount(2, { overdraftLimit: 1n })],
  ])("%s", (status, asked) => {
    expect(judge(asked)).toBe(status);
  });
});

it("LEDGER-010: the same account sent again answers with the first time and changes nothing", () => {
  const open = books();
  const [first, again] = createAccounts(open, [newAccount(1), newAccount(1)]);
  expect(first).toEqual({ status: "created", createTimeNs: 100n });
  expect(again).toEqual({ status: "exists", createTimeNs: 100n });
  expect(open.added.accounts).toHaveLength(1);
});

it("LEDGER-011: labels are compared whatever their order, and by name", () => {
  const labelled = (metadata: Record<string, string>) => newAccount(1, { metadata });
  const open = books();
  const results = createAccounts(open, [
    labelled({ a: "1", b: "2" }),
    labelled({ b: "2", a: "1" }),
    labelled({ a: "1", c: "2" }),
    labelled({ a: "1" }),
  ]);
  expect(results.map(({ status }) => status)).toEqual([
    "created",
    "exists",
    "exists_with_different_metadata",
    "exists_with_different_metadata",
  ]);
});

describe("LEDGER-003: times", () => {
  it("follow the clock", () => {
    const open = books({ lastTimeNs: 7n });
    expect(createAccounts(open, [newAccount(1)])).toEqual([{ status: "created", createTimeNs: 100n }]);
  });

  it("grow even where the clock went back", () => {
    const open = books({ lastTimeNs: 500n });
    const results = createAccounts(open, [newAccount(1), newAccount(2)]);
    expect(results).toEqual([
      { status: "created", createTimeNs: 501n },
      { status: "created", createTimeNs: 502n },
    ]);
  });
});

it("a refused account leaves nothing behind", () => {
  const open = books();
  createAccounts(open, [newAccount(1, { overdraftLimit: 1n })]);
  expect(open.accounts.has(id(1))).toBe(false);
  expect(open.added.accounts).toEqual([]);
});
