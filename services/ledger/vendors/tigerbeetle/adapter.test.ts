import { randomUUID } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BalanceConstraint, Direction, PendingState, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { Database } from "#platform/db/database.ts";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { u128OfUuid } from "./ids.ts";
import { fromTimeNs } from "./mapping.ts";
import { type FakeTigerBeetle, openFakeTigerBeetle } from "./testing/fake-tigerbeetle.ts";
import { openTestDatabase, openTestLedger, type TestLedger, type TransferInit } from "./testing/ledger.ts";

const { PENDING, POST_PENDING: POST, VOID_PENDING: VOID } = TransferPhase;
const WITHIN_CREDITS = BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS;
const WITHIN_DEBITS = BalanceConstraint.CREDITS_MUST_NOT_EXCEED_DEBITS;
const ZEROS = "00000000-0000-0000-0000-000000000000";
const ONES = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const options = { timeoutMs: 10_000 };

let database: Database;
let cluster: FakeTigerBeetle;
let bank: TestLedger;
/** Two accounts of the bank without bounds. */
let cash: string;
let deposits: string;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  cluster = openFakeTigerBeetle();
  bank = openTestLedger(cluster, database);
  cash = await bank.account({ keepsHistory: true });
  deposits = await bank.account();
});

/** A transfer from cash to deposits. */
const transfer = (init: TransferInit = {}): TransferInit => ({
  id: randomUUID(),
  debitAccountId: cash,
  creditAccountId: deposits,
  amount: 100n,
  ...init,
});
const resolution = (phase: TransferPhase, pendingId: string, init: TransferInit = {}): TransferInit => ({
  id: randomUUID(),
  code: 0,
  phase,
  pendingId,
  ...init,
});
const lookup = async (ledger: TestLedger, id = "") =>
  (await ledger.client.lookupTransfers({ ids: [id] }, options)).transfers[0];
/** Code and reason of a call that must fail. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error = ConnectError.from(
    await call.then(
      () => new Error("was not refused"),
      (failure: unknown) => failure,
    ),
  );
  return `${Code[error.code]} ${errorInfoOf(error)?.reason ?? ""}`.trim();
}

describe("accounts", () => {
  it("read as they were made", async () => {
    const id = randomUUID();
    const metadata = { owner: "accounts/7", kind: "salary" };
    expect(
      await bank.createAccounts({ id, code: 7, metadata, balanceConstraint: WITHIN_CREDITS, overdraftLimit: 500n }),
    ).toEqual(["CREATED"]);
    const { accounts } = await bank.client.lookupAccounts({ ids: [randomUUID(), id.toUpperCase()] }, options);
    expect(accounts).toMatchObject([
      { id, ledger: 1, currencyCode: "BRL", code: 7, metadata, overdraftLimit: 500n, creditsPosted: 0n, closed: false },
    ]);
  });

  it("sent again answer EXISTS, or the first field that differs (LEDGER-010, LEDGER-011)", async () => {
    const id = randomUUID();
    const first = { id, metadata: { a: "1" }, balanceConstraint: WITHIN_CREDITS, overdraftLimit: 5n };
    await bank.createAccounts(first);
    expect(
      await bank.createAccounts(
        first,
        { ...first, keepsHistory: true, code: 9 },
        { ...first, closed: true },
        { ...first, balanceConstraint: WITHIN_DEBITS, overdraftLimit: 6n },
        { ...first, overdraftLimit: 6n, metadata: {} },
        { ...first, metadata: { a: "2" }, ledger: 2 },
        { ...first, ledger: 2, currencyCode: "MXN" },
        { ...first, currencyCode: "MXN", code: 9 },
        { ...first, code: 9 },
        { ...first, overdraftLimit: 5n, balanceConstraint: BalanceConstraint.UNSPECIFIED },
      ),
    ).toEqual([
      "EXISTS",
      "EXISTS_WITH_DIFFERENT_FLAGS",
      "EXISTS_WITH_DIFFERENT_FLAGS",
      "EXISTS_WITH_DIFFERENT_BALANCE_CONSTRAINT",
      "EXISTS_WITH_DIFFERENT_OVERDRAFT_LIMIT",
      "EXISTS_WITH_DIFFERENT_METADATA",
      "EXISTS_WITH_DIFFERENT_LEDGER",
      "EXISTS_WITH_DIFFERENT_CURRENCY",
      "EXISTS_WITH_DIFFERENT_CODE",
      "EXISTS_WITH_DIFFERENT_BALANCE_CONSTRAINT",
    ]);
  });

  it("are refused by their own faults", async () => {
    const importTime = fromTimeNs(1_000n);
    expect(
      await bank.createAccounts(
        { id: ZEROS },
        { id: ONES },
        { id: randomUUID(), overdraftLimit: 1n },
        { id: randomUUID(), importTime },
      ),
    ).toEqual([
      "ID_MUST_NOT_BE_ZERO",
      "ID_MUST_NOT_BE_INT_MAX",
      "OVERDRAFT_LIMIT_NEEDS_CONSTRAINT",
      "IMPORTED_EVENT_NOT_EXPECTED",
    ]);
  });

  it("keep a note of the attempt that was made, not of one that was refused before", async () => {
    const id = randomUUID();
    expect(await bank.createAccounts({ id, overdraftLimit: 1n, metadata: { try: "first" } })).toEqual([
      "OVERDRAFT_LIMIT_NEEDS_CONSTRAINT",
    ]);
    await bank.account({ id, metadata: { try: "second" } });
    const { accounts } = await bank.client.lookupAccounts({ ids: [id] }, options);
    expect(accounts[0]?.metadata).toEqual({ try: "second" });
  });

  it("of another tenant are not found, and the same id is free (LEDGER-004)", async () => {
    const other = openTestLedger(cluster, database);
    expect(await other.sums(cash)).toBe("none");
    expect(await other.account({ id: cash })).toBe(cash);
    const mine = await other.account();
    expect(await other.book(transfer({ debitAccountId: mine, creditAccountId: deposits }))).toEqual([
      "CREDIT_ACCOUNT_NOT_FOUND",
    ]);
    expect(await bank.sums(cash)).toBe("0/0 0/0");
  });
});

describe("transfers", () => {
  it("move money and read as they were booked", async () => {
    const one = transfer({ metadata: { invoice: "4" }, valueDate: { year: 2024, month: 2, day: 29 } });
    expect(await bank.book(one)).toEqual(["CREATED"]);
    expect([await bank.sums(cash), await bank.sums(deposits)]).toEqual(["100/0 0/0", "0/0 100/0"]);
    expect(await lookup(bank, one.id)).toMatchObject({
      id: one.id,
      debitAccountId: cash,
      creditAccountId: deposits,
      amount: { currencyCode: "BRL", minorUnits: 100n },
      metadata: { invoice: "4" },
      valueDate: { year: 2024, month: 2, day: 29 },
      state: PendingState.UNSPECIFIED,
    });
  });

  it("without labels touch the side store for nothing but what is not yet known", async () => {
    await bank.book(transfer());
    await database.close();
    try {
      expect(await bank.book(transfer(), transfer())).toEqual(["CREATED", "CREATED"]);
    } finally {
      database = await openTestDatabase();
    }
  });

  const wrong: [string, TransferInit, string][] = [
    ["an id of zeros", { id: ZEROS }, "ID_MUST_NOT_BE_ZERO"],
    ["an id of ones", { id: ONES }, "ID_MUST_NOT_BE_INT_MAX"],
    ["a negative amount", { amount: -1n, code: 0 }, "AMOUNT_MUST_NOT_BE_NEGATIVE"],
    ["a pending reversal", { reversesId: randomUUID(), phase: PENDING }, "FLAGS_ARE_MUTUALLY_EXCLUSIVE"],
    ["a balancing post", { phase: POST, balancingDebit: true }, "FLAGS_ARE_MUTUALLY_EXCLUSIVE"],
    ["no debit account", { debitAccountId: "" }, "DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO"],
    ["a debit account of ones", { debitAccountId: ONES }, "DEBIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX"],
    ["no credit account", { creditAccountId: ZEROS }, "CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO"],
    ["a credit account of ones", { creditAccountId: ONES }, "CREDIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX"],
    ["a pending_id", { pendingId: randomUUID() }, "PENDING_ID_MUST_BE_ZERO"],
    ["no pending_id to post", { phase: POST }, "PENDING_ID_MUST_NOT_BE_ZERO"],
    ["a pending_id of ones", { phase: VOID, pendingId: ONES }, "PENDING_ID_MUST_NOT_BE_INT_MAX"],
    ["a timeout", { timeoutSeconds: 1, closingDebit: true }, "TIMEOUT_RESERVED_FOR_PENDING_TRANSFER"],
    ["a closing flag", { closingDebit: true, valueDate: { year: 1 } }, "CLOSING_TRANSFER_MUST_BE_PENDING"],
    ["a wrong day", { valueDate: { year: 2023, month: 2, day: 29 }, code: 0 }, "VALUE_DATE_INVALID"],
    ["no code", { code: 0, debitAccountId: randomUUID() }, "CODE_MUST_NOT_BE_ZERO"],
    ["no such debit account", { debitAccountId: randomUUID(), currency: "MXN" }, "DEBIT_ACCOUNT_NOT_FOUND"],
    ["no such credit account", { creditAccountId: randomUUID() }, "CREDIT_ACCOUNT_NOT_FOUND"],
    ["another currency", { currency: "MXN" }, "CURRENCIES_MUST_MATCH"],
    ["nothing to post", { phase: POST, pendingId: randomUUID() }, "PENDING_TRANSFER_NOT_FOUND"],
    [
      "a wrong day to post",
      { phase: POST, pendingId: randomUUID(), valueDate: { year: 2023, month: 13, day: 1 } },
      "VALUE_DATE_INVALID",
    ],
    ["nothing to reverse", { reversesId: randomUUID() }, "REVERSED_TRANSFER_NOT_FOUND"],
  ];
  it.each(wrong)("with %s are refused (LEDGER-022)", async (_what, init, status) => {
    expect(await bank.book(transfer(init))).toEqual([status]);
    expect(await bank.sums(cash)).toBe("0/0 0/0");
  });

  it("without an amount are refused, and with none of it are booked", async () => {
    const { amount: _, ...without } = transfer();
    expect(await bank.book(without, transfer({ amount: 0n }))).toEqual(["AMOUNT_MUST_BE_SET", "CREATED"]);
  });

  it("stay within one ledger and one currency", async () => {
    const other = await bank.account({ ledger: 2 });
    const pesos = await bank.account({ currencyCode: "MXN" });
    const farPesos = await bank.account({ ledger: 2, currencyCode: "MXN" });
    expect(
      await bank.book(
        transfer({ creditAccountId: other }),
        transfer({ creditAccountId: pesos }),
        transfer({ creditAccountId: pesos, currency: "MXN" }),
        transfer({ creditAccountId: farPesos }),
        transfer({ creditAccountId: cash }),
      ),
    ).toEqual([
      "ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER",
      "CURRENCIES_MUST_MATCH",
      "CURRENCIES_MUST_MATCH",
      "ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER",
      "ACCOUNTS_MUST_BE_DIFFERENT",
    ]);
  });

  it("sent again answer EXISTS, or the first field that differs (LEDGER-020, LEDGER-021)", async () => {
    const first = transfer({ metadata: { a: "1" }, valueDate: { year: 2024, month: 1, day: 2 } });
    await bank.book(first);
    const { amount: _, ...withoutAmount } = first;
    expect(
      await bank.book(
        first,
        { ...first, phase: PENDING, timeoutSeconds: 9 },
        { ...first, phase: POST, pendingId: randomUUID() },
        { ...first, pendingId: randomUUID(), timeoutSeconds: 9 },
        { ...first, timeoutSeconds: 9, amount: 1n },
        { ...first, debitAccountId: randomUUID(), amount: 1n },
        { ...first, creditAccountId: cash, amount: 1n },
        { ...first, amount: 1n, currency: "MXN" },
        withoutAmount,
        { ...first, currency: "MXN", metadata: {} },
        { ...first, metadata: {}, code: 9 },
        { ...first, valueDate: { year: 2024, month: 1, day: 3 }, reversesId: randomUUID() },
        { ...first, valueDate: { year: 2024, month: 13, day: 3 } },
        { ...first, reversesId: randomUUID(), code: 9 },
        { ...first, code: 9 },
        { ...first, linked: true, phase: PENDING },
        transfer(),
      ),
    ).toEqual([
      "EXISTS",
      "EXISTS_WITH_DIFFERENT_FLAGS",
      "EXISTS_WITH_DIFFERENT_FLAGS",
      "EXISTS_WITH_DIFFERENT_PENDING_ID",
      "EXISTS_WITH_DIFFERENT_TIMEOUT",
      "EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID",
      "EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID",
      "EXISTS_WITH_DIFFERENT_AMOUNT",
      "EXISTS_WITH_DIFFERENT_AMOUNT",
      "EXISTS_WITH_DIFFERENT_CURRENCY",
      "EXISTS_WITH_DIFFERENT_METADATA",
      "EXISTS_WITH_DIFFERENT_VALUE_DATE",
      "EXISTS_WITH_DIFFERENT_VALUE_DATE",
      "EXISTS_WITH_DIFFERENT_REVERSES_ID",
      "EXISTS_WITH_DIFFERENT_CODE",
      "EXISTS_WITH_DIFFERENT_LINKED",
      "LINKED_EVENT_FAILED",
    ]);
    expect(await bank.sums(cash)).toBe("100/0 0/0");
  });

  it("that failed by the moment have failed for good, and say how (LEDGER-024)", async () => {
    const lean = await bank.account({ balanceConstraint: WITHIN_CREDITS });
    const one = transfer({ debitAccountId: lean });
    expect(await bank.book(one)).toEqual(["EXCEEDS_CREDITS"]);
    await bank.book(transfer({ creditAccountId: lean }));
    expect(await bank.book(one)).toEqual(["ID_ALREADY_FAILED EXCEEDS_CREDITS"]);
    expect(await bank.book({ ...one, id: randomUUID() })).toEqual(["CREATED"]);
  });

  it("name an account that is made just then: the caller is told to come again, and then they are booked", async () => {
    const id = randomUUID();
    const one = transfer({ debitAccountId: id });
    cluster.before(async () => void (await bank.account({ id })));
    expect(await refusal(bank.book(one))).toBe("Unavailable DEPENDENCY_UNAVAILABLE");
    expect(await bank.book(one)).toEqual(["CREATED"]);
  });

  it("beyond TigerBeetle's batch are cut between chains", async () => {
    const many = Array.from({ length: 8_190 }, (_, index) => transfer({ amount: 1n, linked: index === 8_188 }));
    const statuses = await bank.book(...many);
    expect(new Set(statuses)).toEqual(new Set(["CREATED"]));
    expect(await bank.sums(cash)).toBe("8190/0 0/0");
    const chain = many.map((one, index) => ({ ...one, id: randomUUID(), linked: index < 8_189 }));
    expect(await refusal(bank.book(...chain))).toBe("Unimplemented");
  });
});

describe("chains", () => {
  it("fail together, and the culprit says why (LEDGER-023)", async () => {
    expect(
      await bank.book(
        transfer({ linked: true }),
        transfer({ linked: true, valueDate: { year: 2024, month: 2, day: 30 } }),
        transfer(),
        transfer({ linked: true }),
        transfer({ code: 0 }),
        transfer({ linked: true }),
      ),
    ).toEqual([
      "LINKED_EVENT_FAILED",
      "VALUE_DATE_INVALID",
      "LINKED_EVENT_FAILED",
      "LINKED_EVENT_FAILED",
      "CODE_MUST_NOT_BE_ZERO",
      "LINKED_EVENT_CHAIN_OPEN",
    ]);
    expect(await bank.sums(cash)).toBe("0/0 0/0");
  });

  it("sent again whole answer EXISTS for every member (LEDGER-020)", async () => {
    const chain = [transfer({ linked: true, metadata: { n: "1" } }), transfer({ linked: true }), transfer()];
    expect(await bank.book(...chain)).toEqual(["CREATED", "CREATED", "CREATED"]);
    expect(await bank.book(...chain, transfer())).toEqual(["EXISTS", "EXISTS", "EXISTS", "CREATED"]);
    const [first = {}, second = {}, third = {}] = chain;
    expect(await bank.book(first, second, { ...third, amount: 1n })).toEqual([
      "EXISTS",
      "LINKED_EVENT_FAILED",
      "LINKED_EVENT_FAILED",
    ]);
    expect(await bank.book(first, transfer())).toEqual(["EXISTS", "LINKED_EVENT_FAILED"]);
    expect(await bank.sums(cash)).toBe("400/0 0/0");
  });

  it("spend the culprit's id alone (LEDGER-024)", async () => {
    const innocent = transfer({ linked: true });
    const culprit = transfer({ debitAccountId: randomUUID() });
    expect(await bank.book(innocent, culprit)).toEqual(["LINKED_EVENT_FAILED", "DEBIT_ACCOUNT_NOT_FOUND"]);
    expect(await bank.book({ ...innocent, linked: false }, culprit)).toEqual([
      "CREATED",
      "ID_ALREADY_FAILED DEBIT_ACCOUNT_NOT_FOUND",
    ]);
  });
});

describe("two phases", () => {
  it("reserve, then post in part and release the rest (LEDGER-027)", async () => {
    const pending = transfer({ phase: PENDING, metadata: { trip: "1" }, valueDate: { year: 2024, month: 5, day: 6 } });
    expect(await bank.book(pending)).toEqual(["CREATED"]);
    expect(await bank.sums(cash)).toBe("0/100 0/0");
    expect((await lookup(bank, pending.id))?.state).toBe(PendingState.PENDING);
    const post = resolution(POST, pending.id ?? "", { amount: 60n });
    expect(await bank.book(post, resolution(VOID, pending.id ?? ""))).toEqual([
      "CREATED",
      "PENDING_TRANSFER_ALREADY_POSTED",
    ]);
    expect([await bank.sums(cash), await bank.sums(deposits)]).toEqual(["60/0 0/0", "0/0 60/0"]);
    expect((await lookup(bank, pending.id))?.state).toBe(PendingState.POSTED);
    expect(await lookup(bank, post.id)).toMatchObject({
      pendingId: pending.id,
      debitAccountId: cash,
      code: 1,
      amount: { minorUnits: 60n },
      metadata: { trip: "1" },
      valueDate: { year: 2024, month: 5, day: 6 },
    });
    expect(await bank.book(post, { ...post, amount: 59n }, { ...post, metadata: { trip: "2" } })).toEqual([
      "EXISTS",
      "EXISTS_WITH_DIFFERENT_AMOUNT",
      "EXISTS_WITH_DIFFERENT_METADATA",
    ]);
  });

  it("post all when no amount is given, and labels of their own", async () => {
    const pending = transfer({ phase: PENDING, metadata: { a: "1" } });
    await bank.book(pending);
    const post = resolution(POST, pending.id ?? "", { metadata: { b: "2" } });
    expect(await bank.book(post)).toEqual(["CREATED"]);
    expect((await lookup(bank, post.id))?.metadata).toEqual({ b: "2" });
    expect(await bank.book(post, { ...post, amount: 100n }, { ...post, amount: 99n })).toEqual([
      "EXISTS",
      "EXISTS",
      "EXISTS_WITH_DIFFERENT_AMOUNT",
    ]);
  });

  it("compare a post or void with its pending transfer", async () => {
    const { id = "", ...pending } = transfer({ phase: PENDING });
    const other = await bank.account();
    expect(
      await bank.book(
        { id, ...pending },
        resolution(POST, id, { debitAccountId: other }),
        resolution(POST, id, { creditAccountId: other }),
        resolution(POST, id, { amount: 1n, currency: "MXN" }),
        resolution(POST, id, { code: 2 }),
        resolution(POST, id, { amount: 101n }),
        resolution(VOID, id, { amount: 99n }),
        resolution(VOID, id, { amount: 0n }),
        resolution(POST, id, { timeoutSeconds: 1 }),
        resolution(VOID, id, { amount: 100n, debitAccountId: cash, creditAccountId: deposits, code: 1 }),
        resolution(POST, id),
      ),
    ).toEqual([
      "CREATED",
      "PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID",
      "PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID",
      "PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY",
      "PENDING_TRANSFER_HAS_DIFFERENT_CODE",
      "EXCEEDS_PENDING_TRANSFER_AMOUNT",
      "PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT",
      "PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT",
      "TIMEOUT_RESERVED_FOR_PENDING_TRANSFER",
      "CREATED",
      "PENDING_TRANSFER_ALREADY_VOIDED",
    ]);
    expect((await lookup(bank, id))?.state).toBe(PendingState.VOIDED);
    expect(await bank.sums(cash)).toBe("0/0 0/0");
  });

  it("are resolved by amount in the request that reserves", async () => {
    const [one, other] = [transfer({ phase: PENDING }), transfer({ phase: PENDING })];
    const before = cluster.requests.length;
    expect(
      await bank.book(
        one,
        resolution(POST, one.id ?? "", { amount: 60n, currency: "MXN" }),
        resolution(POST, one.id ?? "", { amount: 60n }),
        other,
        resolution(VOID, other.id ?? "", { amount: 0n }),
        resolution(VOID, other.id ?? "", { amount: 100n }),
      ),
    ).toEqual([
      "CREATED",
      "PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY",
      "CREATED",
      "CREATED",
      "PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT",
      "CREATED",
    ]);
    expect(cluster.requests.slice(before).filter((request) => request === "createTransfers")).toHaveLength(1);
  });

  it("expire (LEDGER-028)", async () => {
    const { id = "", ...pending } = transfer({ phase: PENDING, timeoutSeconds: 5 });
    await bank.book({ id, ...pending });
    cluster.pass(5);
    expect(await bank.book(resolution(POST, id))).toEqual(["PENDING_TRANSFER_EXPIRED"]);
    expect((await lookup(bank, id))?.state).toBe(PendingState.EXPIRED);
    expect(await bank.sums(cash)).toBe("0/0 0/0");
  });

  it("ask for the state of what is pending without any effect", async () => {
    const pending = transfer({ phase: PENDING });
    await bank.book(pending);
    for (let times = 0; times < 3; times++) {
      expect((await lookup(bank, pending.id))?.state).toBe(PendingState.PENDING);
    }
    expect(await bank.book(resolution(POST, pending.id ?? ""))).toEqual(["CREATED"]);
  });

  it("close an account until the void (LEDGER-033)", async () => {
    const closing = transfer({ phase: PENDING, amount: 0n, closingDebit: true });
    expect(await bank.book(closing, transfer())).toEqual(["CREATED", "DEBIT_ACCOUNT_ALREADY_CLOSED"]);
    expect((await bank.client.lookupAccounts({ ids: [cash] }, options)).accounts[0]?.closed).toBe(true);
    expect(await bank.createAccounts({ id: cash, keepsHistory: true })).toEqual(["EXISTS"]);
    expect(await bank.book(resolution(VOID, closing.id ?? ""), transfer())).toEqual(["CREATED", "CREATED"]);
  });
});

describe("balancing transfers", () => {
  it("move what is available, and sent again exist as long as the most covers it (LEDGER-029)", async () => {
    await bank.book(transfer({ amount: 70n }));
    const sweep = transfer({ debitAccountId: deposits, creditAccountId: cash, amount: 1_000n, balancingDebit: true });
    expect(await bank.book(sweep)).toEqual(["CREATED"]);
    expect((await lookup(bank, sweep.id))?.amount?.minorUnits).toBe(70n);
    expect(await bank.book(sweep, { ...sweep, amount: 70n }, { ...sweep, amount: 69n })).toEqual([
      "EXISTS",
      "EXISTS",
      "EXISTS_WITH_DIFFERENT_AMOUNT",
    ]);
  });
});

describe("overdrafts", () => {
  it.each([
    ["debits", WITHIN_CREDITS, "EXCEEDS_CREDITS"],
    ["credits", WITHIN_DEBITS, "EXCEEDS_DEBITS"],
  ])("let %s exceed the other side by the limit, and no more (LEDGER-025)", async (side, balanceConstraint, status) => {
    const id = await bank.account({ balanceConstraint, overdraftLimit: 50n, keepsHistory: true });
    const draw = (amount: bigint) =>
      transfer({ amount, ...(side === "debits" ? { debitAccountId: id } : { creditAccountId: id }) });
    expect(await bank.book(draw(51n), draw(30n), draw(21n), draw(20n), draw(1n))).toEqual([
      status,
      "CREATED",
      status,
      "CREATED",
      status,
    ]);
    expect(await bank.sums(id)).toBe(side === "debits" ? "50/0 0/0" : "0/0 50/0");
    const { entries } = await bank.client.listEntries({ accountId: id }, options);
    expect(entries.map((entry) => [entry.debitsPostedAfter, entry.creditsPostedAfter])).toEqual(
      side === "debits"
        ? [
            [50n, 0n],
            [30n, 0n],
          ]
        : [
            [0n, 50n],
            [0n, 30n],
          ],
    );
  });

  it("that a crash cut off are made up for by whoever reads next", async () => {
    const id = randomUUID();
    const broken = { ...cluster, createTransfers: () => Promise.reject(new Error("cut off")) };
    const crashing = openTestLedger(broken, database, bank.tenant);
    const account = { id, balanceConstraint: WITHIN_CREDITS, overdraftLimit: 50n };
    expect(await refusal(crashing.createAccounts(account))).toBe("Unavailable DEPENDENCY_UNAVAILABLE");
    expect(await bank.sums(id)).toBe("0/0 0/0");
    expect(await bank.book(transfer({ debitAccountId: id, amount: 50n }))).toEqual(["CREATED"]);
    expect(await bank.createAccounts(account)).toEqual(["EXISTS"]);
    expect(await bank.sums(id)).toBe("50/0 0/0");
  });
});

describe("reversals (LEDGER-034)", () => {
  const back = (reversesId = "", init: TransferInit = {}) =>
    transfer({ debitAccountId: deposits, creditAccountId: cash, reversesId, ...init });

  it("together never exceed what was moved", async () => {
    const one = transfer();
    await bank.book(one);
    const most = back(one.id, { amount: 60n });
    const excess = back(one.id, { amount: 41n });
    expect(await bank.book(most, excess, back(one.id, { amount: 40n }), back(one.id, { amount: 1n }))).toEqual([
      "CREATED",
      "EXCEEDS_REVERSED_TRANSFER_AMOUNT",
      "CREATED",
      "EXCEEDS_REVERSED_TRANSFER_AMOUNT",
    ]);
    expect(await bank.book(most, excess)).toEqual(["EXISTS", "ID_ALREADY_FAILED EXCEEDS_REVERSED_TRANSFER_AMOUNT"]);
    expect((await lookup(bank, most.id))?.reversesId).toBe(one.id);
    expect(await bank.sums(cash)).toBe("100/0 100/0");
  });

  it("go the other way of a transfer that moved money", async () => {
    const one = transfer();
    const pending = transfer({ phase: PENDING });
    const post = resolution(POST, pending.id ?? "", { amount: 5n });
    await bank.book(one, pending, post);
    expect(
      await bank.book(
        transfer({ reversesId: one.id ?? "" }),
        back(pending.id),
        back(post.id, { amount: 6n }),
        back(post.id, { amount: 5n }),
        back(randomUUID()),
        back(one.id, { currency: "MXN" }),
      ),
    ).toEqual([
      "REVERSAL_MUST_MIRROR_ACCOUNTS",
      "REVERSED_TRANSFER_NOT_POSTED",
      "EXCEEDS_REVERSED_TRANSFER_AMOUNT",
      "CREATED",
      "REVERSED_TRANSFER_NOT_FOUND",
      "CURRENCIES_MUST_MATCH",
    ]);
  });

  it("may follow what they reverse in one request, and in one chain", async () => {
    const [one, other] = [transfer(), transfer({ linked: true })];
    expect(await bank.book(one, back(one.id), other, back(other.id, { amount: 101n }))).toEqual([
      "CREATED",
      "CREATED",
      "LINKED_EVENT_FAILED",
      "EXCEEDS_REVERSED_TRANSFER_AMOUNT",
    ]);
    expect(await bank.book(other, back(other.id))).toEqual(["CREATED", "CREATED"]);
  });

  it("of many at once never exceed it", async () => {
    const one = transfer();
    await bank.book(one);
    const answers = await Promise.all(Array.from({ length: 8 }, () => bank.book(back(one.id, { amount: 30n }))));
    expect(answers.flat().filter((status) => status === "CREATED")).toHaveLength(3);
    expect(await bank.sums(cash)).toBe("100/0 90/0");
  });
});

describe("imports (LEDGER-035)", () => {
  it("keep the time they are given, all of a request or none", async () => {
    const old = openTestLedger(openFakeTigerBeetle(), database);
    const [one, other] = [randomUUID(), randomUUID()];
    expect(
      await old.createAccounts(
        { id: one, importTime: fromTimeNs(1_000n) },
        { id: other, importTime: fromTimeNs(2_000n) },
        { id: randomUUID() },
        { id: randomUUID(), importTime: fromTimeNs(2_000n) },
        { id: randomUUID(), importTime: { seconds: -1n } },
        { id: randomUUID(), importTime: { seconds: 9_000_000_000n } },
      ),
    ).toEqual([
      "CREATED",
      "CREATED",
      "IMPORTED_EVENT_EXPECTED",
      "IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS",
      "IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE",
      "IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE",
    ]);
    const move = { debitAccountId: one, creditAccountId: other, amount: 5n };
    const id = randomUUID();
    expect(
      await old.book(
        { ...move, importTime: fromTimeNs(1_500n) },
        { ...move, id, importTime: fromTimeNs(3_000n) },
        move,
        { ...move, importTime: fromTimeNs(3_000n) },
        { ...move, importTime: fromTimeNs(4_000n), phase: PENDING, timeoutSeconds: 1 },
      ),
    ).toEqual([
      "IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT",
      "CREATED",
      "IMPORTED_EVENT_EXPECTED",
      "IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS",
      "IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO",
    ]);
    expect(await old.book(move, { ...move, importTime: fromTimeNs(4_000n) })).toEqual([
      "CREATED",
      "IMPORTED_EVENT_NOT_EXPECTED",
    ]);
    expect(await lookup(old, id)).toMatchObject({ bookTime: { nanos: 3_000 }, importTime: { nanos: 3_000 } });
  });
});

describe("entries and balances", () => {
  it("are listed newest first, page by page, with what the account held (LEDGER-032)", async () => {
    await bank.book(transfer({ amount: 1n }), transfer({ amount: 2n }));
    await bank.book(transfer({ debitAccountId: deposits, creditAccountId: cash, amount: 4n }));
    const first = await bank.client.listEntries({ accountId: cash, pageSize: 2 }, options);
    expect(first.entries.map((entry) => [entry.direction, entry.debitsPostedAfter, entry.creditsPostedAfter])).toEqual([
      [Direction.CREDIT, 3n, 4n],
      [Direction.DEBIT, 3n, 0n],
    ]);
    await bank.book(transfer({ amount: 8n }));
    const second = await bank.client.listEntries(
      { accountId: cash, pageSize: 2, pageToken: first.nextPageToken },
      options,
    );
    expect(second.entries.map((entry) => entry.transfer?.amount?.minorUnits)).toEqual([1n]);
    expect(second.nextPageToken).toBe("");
    const credits = await bank.client.listEntries({ accountId: cash, direction: Direction.CREDIT }, options);
    expect(credits.entries.map((entry) => entry.transfer?.amount?.minorUnits)).toEqual([4n]);
    const noHistory = await bank.client.listEntries({ accountId: deposits }, options);
    expect(noHistory.entries.map((entry) => entry.creditsPostedAfter)).toEqual([0n, 0n, 0n, 0n]);
  });

  it("are bounded by times of booking", async () => {
    const [one, other] = [transfer(), transfer()];
    await bank.book(one, other);
    const time = (await lookup(bank, other.id))?.bookTime;
    const list = async (bounds: object) =>
      (await bank.client.listEntries({ accountId: cash, ...bounds }, options)).entries.map(
        (entry) => entry.transfer?.id,
      );
    expect(await list({ startTime: time })).toEqual([other.id]);
    expect(await list({ endTime: time })).toEqual([one.id]);
    expect(await list({ startTime: time, endTime: time })).toEqual([]);
    expect(await list({ endTime: { seconds: -5n } })).toEqual([]);
    expect(await list({ startTime: { seconds: -5n }, endTime: { seconds: 250_000_000_000n } })).toHaveLength(2);
  });

  it("of the past are read by booking and by value (LEDGER-038)", async () => {
    const one = transfer({ valueDate: { year: 2020, month: 1, day: 31 } });
    const other = transfer({ amount: 5n, valueDate: { year: 2020, month: 1, day: 30 } });
    await bank.book(one, other, transfer({ amount: 1_000n, phase: PENDING }));
    const bookTime = (await lookup(bank, one.id))?.bookTime ?? fromTimeNs(0n);
    const at = async (moment: NonNullable<Parameters<typeof bank.client.getBalance>[0]["moment"]>) => {
      const balance = await bank.client.getBalance({ accountId: cash, moment }, options);
      return [balance.debitsPosted, balance.debitsPending];
    };
    expect(await at({ case: "bookTime", value: bookTime })).toEqual([100n, 0n]);
    expect(await at({ case: "bookTime", value: fromTimeNs(5n) })).toEqual([0n, 0n]);
    expect(await at({ case: "valueDate", value: { year: 2020, month: 1, day: 30 } })).toEqual([5n, 0n]);
    expect(await at({ case: "valueDate", value: { year: 2020, month: 1, day: 31 } })).toEqual([105n, 0n]);
    const now = await bank.client.getBalance({ accountId: cash }, options);
    expect([now.currencyCode, now.debitsPosted, now.debitsPending]).toEqual(["BRL", 105n, 1_000n]);
  });

  it("are refused for accounts that are not there, or keep no history", async () => {
    const moment = { case: "bookTime", value: fromTimeNs(5n) } as const;
    expect(await refusal(bank.client.getBalance({ accountId: deposits, moment }, options))).toBe(
      "FailedPrecondition ACCOUNT_KEEPS_NO_HISTORY",
    );
    expect(await refusal(bank.client.listEntries({ accountId: randomUUID() }, options))).toBe(
      "NotFound ACCOUNT_NOT_FOUND",
    );
    const call = bank.client.listEntries({ accountId: cash, pageToken: "x" }, options);
    expect(await refusal(call)).toBe("InvalidArgument PAGE_TOKEN_INVALID");
  });

  it("are proven by the trial balance, per ledger and currency (LEDGER-001)", async () => {
    const pesos = [await bank.account({ currencyCode: "MXN" }), await bank.account({ currencyCode: "MXN" })] as const;
    await bank.account({ ledger: 2, balanceConstraint: WITHIN_CREDITS, overdraftLimit: 5n });
    await bank.book(transfer(), transfer({ phase: PENDING, amount: 3n }));
    await bank.book(transfer({ debitAccountId: pesos[0], creditAccountId: pesos[1], currency: "MXN", amount: 7n }));
    const { lines } = await bank.client.getTrialBalance({}, options);
    expect(
      lines.map((line) => [
        `${line.ledger} ${line.currencyCode} ${line.debitsPosted}=${line.creditsPosted}`,
        `${line.debitsPending}=${line.creditsPending} ${line.balanced}`,
        `${line.accountCount} accounts, ${line.transferCount} transfers`,
      ]),
    ).toEqual([
      ["1 BRL 100=100", "3=3 true", "2 accounts, 2 transfers"],
      ["1 MXN 7=7", "0=0 true", "2 accounts, 1 transfers"],
      ["2 BRL 0=0", "0=0 true", "1 accounts, 0 transfers"],
    ]);
    expect((await bank.client.getTrialBalance({ ledger: 2 }, options)).lines).toHaveLength(1);
  });
});

describe("loads and streams", () => {
  const column = (ids: readonly string[]) => Buffer.concat(ids.map((id) => Buffer.from(id.replaceAll("-", ""), "hex")));

  it("book packed columns", async () => {
    const ids = [randomUUID(), randomUUID()];
    const request = {
      ids: column(ids),
      debitAccountIds: column([cash, cash]),
      creditAccountIds: column([deposits, deposits]),
      amountsMinorUnits: [1n, 2n],
      currencyCode: "BRL",
      code: 3,
    };
    const loaded = await bank.client.loadTransfers(request, options);
    expect([loaded.statuses, loaded.createdCount]).toEqual([[], 2]);
    expect((await lookup(bank, ids[1]))?.bookTime).toEqual(loaded.lastBookTime);
    expect(await bank.client.loadTransfers(request, options)).toMatchObject({ createdCount: 0, statuses: [13, 13] });
    const uneven = { ...request, creditAccountIds: column([deposits]) };
    expect(await refusal(bank.client.loadTransfers(uneven, options))).toBe("InvalidArgument COLUMNS_UNEVEN");
    expect(u128OfUuid(ids[0] ?? "")).toBeGreaterThan(0n);
  });

  it("answer each request of a stream, and one that fails, fails alone (LEDGER-036)", async () => {
    const bad = { linked: true };
    const requests = [
      { sequence: 1n, transfers: [message(transfer())] },
      { sequence: 2n, transfers: [{ ...message(transfer()), metadata: { a: "\0" } }] },
      { sequence: 3n, transfers: [{ ...message(transfer()), ...bad }] },
    ];
    async function* sent() {
      yield { requests };
    }
    const answers = new Map<bigint, string>();
    for await (const response of bank.client.streamTransfers(sent(), options)) {
      for (const { sequence, results, error } of response.answers) {
        answers.set(
          sequence,
          error === undefined ? results.map(({ status }) => status).join() : (Code[error.code] ?? ""),
        );
      }
    }
    expect([...answers].sort()).toEqual([
      [1n, "1"],
      [2n, "InvalidArgument"],
      [3n, "3"],
    ]);
  });

  function message({ amount = 0n, currency = "BRL", ...init }: TransferInit) {
    return { code: 1, ...init, amount: { currencyCode: currency, minorUnits: amount } };
  }
});

describe("the cluster", () => {
  it("that does not answer in time is not waited for", async () => {
    const hanging = { ...cluster, createTransfers: () => new Promise<never>(() => {}) };
    const impatient = openTestLedger(hanging, database, bank.tenant, 300);
    expect(await refusal(impatient.book(transfer()))).toMatch(/^DeadlineExceeded/);
  });

  it("says nothing of how much it has booked", async () => {
    expect(await refusal(bank.client.getLedgerStatus({}, options))).toBe("Unimplemented");
  });
});

it("whatever is booked, debits equal credits and constraints hold", async () => {
  const guarded = await bank.account({ balanceConstraint: WITHIN_CREDITS, overdraftLimit: 20n });
  const ids = [cash, deposits, guarded];
  const account = fc.constantFrom(...ids);
  const step = fc.record({
    debitAccountId: account,
    creditAccountId: account,
    amount: fc.bigInt({ min: 0n, max: 50n }),
    phase: fc.constantFrom(TransferPhase.UNSPECIFIED, PENDING),
    balancingDebit: fc.boolean(),
    linked: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      await bank.book(...steps);
      const { accounts } = await bank.client.lookupAccounts({ ids }, options);
      const sum = (of: (one: (typeof accounts)[number]) => bigint) => accounts.reduce((all, one) => all + of(one), 0n);
      expect(sum((one) => one.debitsPosted)).toBe(sum((one) => one.creditsPosted));
      expect(sum((one) => one.debitsPending)).toBe(sum((one) => one.creditsPending));
      const held = accounts.find(({ id }) => id === guarded);
      expect((held?.debitsPosted ?? 0n) + (held?.debitsPending ?? 0n)).toBeLessThanOrEqual(
        (held?.creditsPosted ?? 0n) + 20n,
      );
    }),
    { numRuns: 30 },
  );
});
