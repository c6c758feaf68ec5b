import { randomUUID } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { CreateAccountStatus, CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { TransferPostedSchema } from "#gen/malla/ledger/v1/ledger_events_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { until } from "#platform/embedded/server-process.ts";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../service.ts";
import { account, balanceOf, deposit, make, send, transfer } from "./build.ts";

/** Longest wait for what happens soon, in milliseconds. */
const DEADLINE_MS = 15_000;

let service: TestService;

beforeAll(async () => {
  service = await startTestService(ledgerProgram);
});
afterAll(() => service.stop());

let tenants = 0;

/** A client of a tenant with empty books. */
function newTenant() {
  const tenant = `bank-${tenants++}`;
  return { tenant, client: service.client(LedgerService, { tenant }) };
}

describe("accounts", () => {
  it("are made with zero balances and a time, and read back in the order asked", async () => {
    const { client } = newTenant();
    const [one, two] = [account({ metadata: { owner: "ana", note: 'a "quoted" {,\\} ü' } }), deposit(500n)];
    await make(client, one, two);
    const { accounts } = await client.lookupAccounts({ ids: [two.id, randomUUID(), one.id.toUpperCase()] });
    expect(accounts.map(({ id }) => id)).toEqual([two.id, one.id]);
    expect(accounts[1]).toMatchObject({ ...one, debitsPosted: 0n, creditsPosted: 0n });
    expect(accounts[0]).toMatchObject({ ...two });
    expect(accounts[0]?.createTime?.seconds).toBeGreaterThan(0n);
  });

  it("LEDGER-010: sent again they answer EXISTS with the first time, whatever output-only fields they carry", async () => {
    const { client } = newTenant();
    const asked = account({ metadata: { a: "1", b: "2" } });
    const first = await client.createAccounts({ accounts: [asked] });
    const again = await client.createAccounts({
      accounts: [{ ...asked, id: asked.id.toUpperCase(), metadata: { b: "2", a: "1" }, debitsPosted: 7n }],
    });
    expect(again.results[0]?.status).toBe(CreateAccountStatus.EXISTS);
    expect(again.results[0]?.createTime).toEqual(first.results[0]?.createTime);
  });

  it("with an id of all zeros or all ones are refused one by one", async () => {
    const { client } = newTenant();
    const { results } = await client.createAccounts({
      accounts: [
        account({ id: "00000000-0000-0000-0000-000000000000" }),
        account({ id: "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF" }),
        account(),
      ],
    });
    expect(results.map(({ status }) => CreateAccountStatus[status])).toEqual([
      "ID_MUST_NOT_BE_ZERO",
      "ID_MUST_NOT_BE_INT_MAX",
      "CREATED",
    ]);
  });

  it("that break a rule of the contract fail the call, and no item has effect", async () => {
    const { client } = newTenant();
    const good = account();
    const error = await failure(client.createAccounts({ accounts: [good, account({ currencyCode: "brl" })] }));
    expect(errorInfoOf(error)).toMatchObject({ reason: "VALIDATION_FAILED", domain: "malla" });
    expect((await client.lookupAccounts({ ids: [good.id] })).accounts).toEqual([]);
  });

  it("with a NUL in a label are refused", async () => {
    const { client } = newTenant();
    const error = await failure(client.createAccounts({ accounts: [account({ metadata: { note: "a\0b" } })] }));
    expect(errorInfoOf(error)?.reason).toBe("TEXT_INVALID");
  });
});

describe("transfers", () => {
  it("move money, and each of a batch sees those before it", async () => {
    const { client } = newTenant();
    const [cash, ana, bia] = [account(), deposit(), deposit()];
    await make(client, cash, ana, bia);
    expect(await send(client, transfer(cash, ana, 100n), transfer(ana, bia, 60n), transfer(ana, bia, 60n))).toEqual([
      "CREATED",
      "CREATED",
      "EXCEEDS_CREDITS",
    ]);
    expect(await balanceOf(client, ana)).toBe(40n);
    expect(await balanceOf(client, bia)).toBe(60n);
  });

  it("LEDGER-020: sent again they answer EXISTS with the first book time, and move nothing", async () => {
    const { client } = newTenant();
    const [cash, ana] = [account(), deposit()];
    await make(client, cash, ana);
    const asked = transfer(cash, ana, 100n, { metadata: { memo: "salary" } });
    const first = await client.createTransfers({ transfers: [asked] });
    const again = await client.createTransfers({ transfers: [asked, asked] });
    expect(again.results.map(({ status }) => status)).toEqual([
      CreateTransferStatus.EXISTS,
      CreateTransferStatus.EXISTS,
    ]);
    expect(again.results[0]?.bookTime).toEqual(first.results[0]?.bookTime);
    expect(await balanceOf(client, ana)).toBe(100n);
    const { transfers } = await client.lookupTransfers({ ids: [randomUUID(), asked.id] });
    expect(transfers).toHaveLength(1);
    expect(transfers[0]).toMatchObject({ id: asked.id, metadata: { memo: "salary" } });
    expect(transfers[0]?.bookTime).toEqual(first.results[0]?.bookTime);
  });

  it("LEDGER-021: the same id with another body answers with what differs", async () => {
    const { client } = newTenant();
    const [cash, ana] = [account(), deposit()];
    await make(client, cash, ana);
    const asked = transfer(cash, ana, 100n);
    await send(client, asked);
    expect(await send(client, transfer(cash, ana, 101n, { id: asked.id }))).toEqual(["EXISTS_WITH_DIFFERENT_AMOUNT"]);
    expect(await send(client, { ...asked, code: 2 })).toEqual(["EXISTS_WITH_DIFFERENT_CODE"]);
    expect(await balanceOf(client, ana)).toBe(100n);
  });

  it("LEDGER-023: linked ones fail together and leave nothing, and sent again when they stood answer EXISTS", async () => {
    const { client } = newTenant();
    const [cash, ana, bia] = [account(), deposit(), deposit()];
    await make(client, cash, ana, bia);
    const failed = [transfer(cash, ana, 50n, { linked: true }), transfer(ana, bia, 60n)];
    expect(await send(client, ...failed)).toEqual(["LINKED_EVENT_FAILED", "EXCEEDS_CREDITS"]);
    expect(await balanceOf(client, ana)).toBe(0n);
    const ids = failed.map(({ id }) => id);
    expect((await client.lookupTransfers({ ids })).transfers).toEqual([]);
    const posted = [transfer(cash, ana, 50n, { linked: true }), transfer(ana, bia, 50n)];
    expect(await send(client, ...posted)).toEqual(["CREATED", "CREATED"]);
    expect(await send(client, ...posted)).toEqual(["EXISTS", "EXISTS"]);
    expect(await balanceOf(client, bia)).toBe(50n);
  });

  it("LEDGER-024: an id that failed by the state of the moment is spent", async () => {
    const { client } = newTenant();
    const [cash, ana] = [account(), deposit()];
    await make(client, cash, ana);
    const asked = transfer(ana, cash, 10n);
    expect(await send(client, asked)).toEqual(["EXCEEDS_CREDITS"]);
    await send(client, transfer(cash, ana, 100n));
    const { results } = await client.createTransfers({ transfers: [asked] });
    expect(results[0]).toMatchObject({
      status: CreateTransferStatus.ID_ALREADY_FAILED,
      firstStatus: CreateTransferStatus.EXCEEDS_CREDITS,
    });
    expect(await send(client, transfer(ana, cash, 10n))).toEqual(["CREATED"]);
  });

  it("LEDGER-026: a balance stops at 2^63-1 minor units", async () => {
    const { client } = newTenant();
    const [cash, ana] = [account(), deposit()];
    await make(client, cash, ana);
    expect(await send(client, transfer(cash, ana, 2n ** 63n - 1n), transfer(cash, ana, 1n))).toEqual([
      "CREATED",
      "OVERFLOWS_DEBITS_POSTED",
    ]);
  });

  it("come in batches of 8,190, each with one event", async () => {
    const { client, tenant } = newTenant();
    const [cash, ana] = [account(), deposit()];
    await make(client, cash, ana);
    const batch = Array.from({ length: 8_190 }, () => transfer(cash, ana, 1n));
    expect(new Set(await send(client, ...batch))).toEqual(new Set(["CREATED"]));
    expect(await balanceOf(client, ana)).toBe(8_190n);
    const events = await service.events(tenant, 8_192);
    expect(events.slice(2).map(({ subject }) => subject)).toEqual(batch.map(({ id }) => `ledger/transfers/${id}`));
    expect(new Set(events.map(({ id }) => id)).size).toBe(8_192);
    // On a slow disk the broker takes its time for each event.
  }, 120_000);

  it("beyond 8,190 in one request fail the call, and none is booked", async () => {
    const { client } = newTenant();
    const [cash, ana] = [account(), deposit()];
    await make(client, cash, ana);
    const error = await failure(send(client, ...Array.from({ length: 8_191 }, () => transfer(cash, ana, 1n))));
    expect(error.code).toBe(Code.InvalidArgument);
    expect(errorInfoOf(error)).toMatchObject({ reason: "VALIDATION_FAILED", domain: "malla" });
    expect(await balanceOf(client, ana)).toBe(0n);
  });
});

describe("tenants", () => {
  it("LEDGER-004: never see each other's accounts and transfers, and may use the same ids", async () => {
    const [one, other] = [newTenant(), newTenant()];
    const [cash, ana] = [account(), account()];
    const asked = transfer(cash, ana, 5n);
    await make(one.client, cash, ana);
    expect(await send(one.client, asked)).toEqual(["CREATED"]);
    expect((await other.client.lookupAccounts({ ids: [ana.id] })).accounts).toEqual([]);
    expect((await other.client.lookupTransfers({ ids: [asked.id] })).transfers).toEqual([]);
    expect(await send(other.client, transfer(cash, ana, 5n))).toEqual(["DEBIT_ACCOUNT_NOT_FOUND"]);
    expect(errorInfoOf(await failure(other.client.listEntries({ accountId: ana.id })))?.reason).toBe(
      "ACCOUNT_NOT_FOUND",
    );
    expect((await other.client.getTrialBalance({})).lines).toEqual([]);
    await make(other.client, cash, ana);
    expect(await send(other.client, asked)).toEqual(["CREATED"]);
  });
});

describe("the trial balance", () => {
  it("LEDGER-001: shows debits equal to credits per ledger and currency, beyond 64 bits", async () => {
    const { client } = newTenant();
    const [brl1, brl2, brl3, mxn] = [account(), account(), account(), account({ ledger: 2, currencyCode: "MXN" })];
    await make(client, brl1, brl2, brl3, mxn);
    const max = 2n ** 63n - 1n;
    expect(await send(client, transfer(brl1, brl2, max), transfer(brl2, brl3, max))).toEqual(["CREATED", "CREATED"]);
    const { lines } = await client.getTrialBalance({});
    expect(lines).toMatchObject([
      {
        ledger: 1,
        currencyCode: "BRL",
        debitsPosted: String(2n * max),
        creditsPosted: String(2n * max),
        accountCount: 3n,
        transferCount: 2n,
        balanced: true,
      },
      { ledger: 2, currencyCode: "MXN", debitsPosted: "0", creditsPosted: "0", accountCount: 1n, transferCount: 0n },
    ]);
    expect((await client.getTrialBalance({ ledger: 2 })).lines.map(({ ledger }) => ledger)).toEqual([2]);
  });
});

describe("events", () => {
  it("tell every change once, in the order of the books, and nothing of what failed", async () => {
    const { client, tenant } = newTenant();
    const [cash, ana] = [account(), deposit()];
    const asked = transfer(cash, ana, 10n, { metadata: { memo: "x" } });
    await make(client, cash, ana);
    await send(client, asked, asked, transfer(ana, cash, 11n));
    const last = transfer(ana, cash, 10n);
    await send(client, last);
    const events = await service.events(tenant, 4);
    expect(events.map(({ subject }) => subject)).toEqual([
      `ledger/accounts/${cash.id}`,
      `ledger/accounts/${ana.id}`,
      `ledger/transfers/${asked.id}`,
      `ledger/transfers/${last.id}`,
    ]);
    const posted = fromBinary(TransferPostedSchema, events[2]?.data?.value ?? new Uint8Array());
    expect(posted.transfer).toMatchObject({ id: asked.id, metadata: { memo: "x" } });
  });

  it("of two databases are told on one stream side by side", async () => {
    const others = await Promise.all(
      ["bank-east", "bank-west"].map(async (tenant) => {
        const own = await startTestService(ledgerProgram);
        onTestFinished(() => own.stop());
        // The first entry of each: both have the number 1.
        const first = account();
        await make(own.client(LedgerService, { tenant }), first);
        return { own, tenant, first };
      }),
    );
    for (const { own, tenant, first } of others) {
      expect((await own.events(tenant, 1)).map(({ subject }) => subject)).toEqual([`ledger/accounts/${first.id}`]);
    }
  });

  it("come from the log by its numbers, and the outbox holds none", async () => {
    const { client } = newTenant();
    const [cash, ana] = [account(), deposit()];
    await make(client, cash, ana);
    await send(client, transfer(cash, ana, 1n));
    const { bookedNumber } = await client.getLedgerStatus({});
    await until(
      async () => (await client.getLedgerStatus({})).publishedNumber >= bookedNumber,
      DEADLINE_MS,
      () => "the events were not published",
    );
    const rows = await service.sql()`select count(*)::int as events from outbox`;
    expect(rows).toMatchObject([{ events: 0 }]);
  });
});

describe("the books", () => {
  it("LEDGER-002: refuse changes and removals even to their owner", async () => {
    const { client, tenant } = newTenant();
    const [cash, ana] = [account(), account()];
    await make(client, cash, ana);
    await send(client, transfer(cash, ana, 1n));
    const sql = service.sql();
    const refused = /refused: the books are only added to/;
    await expect(sql`update transfers set amount = 2 where tenant_id = ${tenant}`).rejects.toThrow(refused);
    await expect(sql`delete from transfers where tenant_id = ${tenant}`).rejects.toThrow(refused);
    await expect(sql`truncate transfers`).rejects.toThrow(refused);
    await expect(sql`update accounts set code = 2 where tenant_id = ${tenant}`).rejects.toThrow(refused);
    await expect(sql`delete from accounts where tenant_id = ${tenant}`).rejects.toThrow(refused);
    await expect(sql`update batches set hash = sha256('')`).rejects.toThrow(refused);
    await expect(sql`delete from batches`).rejects.toThrow(refused);
  });
});

/** The failure of a call that must fail. */
async function failure(call: Promise<unknown>): Promise<ConnectError> {
  const error = await call.then(() => new ConnectError("the call succeeded", Code.Unknown), ConnectError.from);
  return error;
}
