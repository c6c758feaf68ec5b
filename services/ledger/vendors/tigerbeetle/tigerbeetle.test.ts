/** Against a real cluster, where there is one: what the cluster in memory takes for granted. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BalanceConstraint, PendingState, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { readSettings, SettingsError } from "#platform/config/settings.ts";
import type { Database } from "#platform/db/database.ts";
import { settings } from "./config.ts";
import { openTestDatabase, openTestLedger, type TestLedger } from "./testing/ledger.ts";
import { openTigerBeetle, type TigerBeetle } from "./tigerbeetle.ts";

const addresses = process.env["MALLA_TIGERBEETLE_ADDRESSES"];
const options = { timeoutMs: 10_000 };

describe("settings", () => {
  it("name the replicas and the cluster", () => {
    const environment = { MALLA_TIGERBEETLE_ADDRESSES: "tb-0:3000,tb-1:3000", MALLA_TIGERBEETLE_CLUSTER_ID: "7" };
    expect(readSettings(environment, settings)).toEqual({
      MALLA_TIGERBEETLE_ADDRESSES: ["tb-0:3000", "tb-1:3000"],
      MALLA_TIGERBEETLE_CLUSTER_ID: 7n,
    });
  });

  it.each([
    ["no port", "tb-0", "7"],
    ["an id that is no number", "tb-0:3000", "seven"],
    ["an id beyond 128 bits", "tb-0:3000", String(2n ** 128n)],
  ])("with %s are refused", (_what, replicas, id) => {
    const environment = { MALLA_TIGERBEETLE_ADDRESSES: replicas, MALLA_TIGERBEETLE_CLUSTER_ID: id };
    expect(() => readSettings(environment, settings)).toThrow(SettingsError);
  });
});

describe.runIf(addresses !== undefined)("a real cluster", () => {
  let cluster: TigerBeetle;
  let database: Database;
  let bank: TestLedger;
  let cash: string;
  let deposit: string;

  beforeAll(async () => {
    const clusterId = BigInt(process.env["MALLA_TIGERBEETLE_CLUSTER_ID"] ?? "0");
    cluster = await openTigerBeetle((addresses ?? "").split(","), clusterId);
    database = await openTestDatabase();
    bank = openTestLedger(cluster, database);
    cash = await bank.account({ keepsHistory: true });
    deposit = await bank.account({
      balanceConstraint: BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS,
      overdraftLimit: 50n,
      keepsHistory: true,
    });
  });
  afterAll(async () => {
    cluster.destroy();
    await database.close();
  });

  it("books, refuses and remembers", async () => {
    const draw = { id: randomUUID(), debitAccountId: deposit, creditAccountId: cash, amount: 51n };
    expect(await bank.book(draw)).toEqual(["EXCEEDS_CREDITS"]);
    expect(await bank.book(draw)).toEqual(["ID_ALREADY_FAILED EXCEEDS_CREDITS"]);
    const within = { ...draw, id: randomUUID(), amount: 50n, metadata: { kind: "cash" } };
    expect(await bank.book(within, within, { ...within, metadata: {} })).toEqual([
      "CREATED",
      "EXISTS",
      "EXISTS_WITH_DIFFERENT_METADATA",
    ]);
    expect(await bank.sums(deposit)).toBe("50/0 0/0");
  });

  it("answers a chain that is sent again", async () => {
    const move = { debitAccountId: cash, creditAccountId: deposit, amount: 1n };
    const chain = [
      { ...move, id: randomUUID(), linked: true },
      { ...move, id: randomUUID() },
    ];
    expect(await bank.book(...chain)).toEqual(["CREATED", "CREATED"]);
    expect(await bank.book(...chain)).toEqual(["EXISTS", "EXISTS"]);
  });

  it("tells what has become of a pending transfer without touching it", async () => {
    const pendingId = randomUUID();
    const move = { debitAccountId: cash, creditAccountId: deposit, amount: 5n };
    await bank.book({ ...move, id: pendingId, phase: TransferPhase.PENDING });
    const state = async () => (await bank.client.lookupTransfers({ ids: [pendingId] }, options)).transfers[0]?.state;
    expect([await state(), await state()]).toEqual([PendingState.PENDING, PendingState.PENDING]);
    const post = { id: randomUUID(), code: 0, phase: TransferPhase.POST_PENDING, pendingId, amount: 3n };
    expect(await bank.book(post, post)).toEqual(["CREATED", "EXISTS"]);
    expect(await state()).toBe(PendingState.POSTED);
  });

  it("refuses in the contract's order what it does not know itself", async () => {
    const move = { debitAccountId: cash, creditAccountId: deposit, amount: 5n };
    const wrongDay = { year: 2023, month: 2, day: 29 };
    expect(
      await bank.book(
        { ...move, valueDate: wrongDay },
        { ...move, amount: -1n },
        { debitAccountId: cash, creditAccountId: deposit },
        { ...move, currency: "MXN" },
        { ...move, reversesId: randomUUID() },
        { phase: TransferPhase.POST_PENDING, pendingId: randomUUID(), valueDate: wrongDay },
      ),
    ).toEqual([
      "VALUE_DATE_INVALID",
      "AMOUNT_MUST_NOT_BE_NEGATIVE",
      "AMOUNT_MUST_BE_SET",
      "CURRENCIES_MUST_MATCH",
      "REVERSED_TRANSFER_NOT_FOUND",
      "VALUE_DATE_INVALID",
    ]);
  });

  it("lists entries with balances that leave the facility out", async () => {
    const { entries } = await bank.client.listEntries({ accountId: deposit }, options);
    expect(entries.at(-1)).toMatchObject({ debitsPostedAfter: 50n, creditsPostedAfter: 0n });
    const { lines } = await bank.client.getTrialBalance({}, options);
    expect(lines.every(({ balanced }) => balanced)).toBe(true);
  });
});
