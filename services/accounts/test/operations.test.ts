import { randomUUID } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Operation_Kind } from "#gen/malla/accounts/v1/account_pb.js";
import { DepositCompletedSchema, TransferCompletedSchema } from "#gen/malla/accounts/v1/accounts_events_pb.js";
import { Operation as ProductOperation } from "#gen/malla/products/v1/product_pb.js";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import { money, newBank, outcome, startMesh, type TestMesh } from "./mesh.ts";

const INT64_MAX = 2n ** 63n - 1n;
const MOST = 10n ** 15n;
let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(() => mesh.stop());

describe("a deposit", () => {
  it("credits the account and answers with what was done", async () => {
    const bank = newBank(mesh);
    const account = await bank.open();
    const request = { ...money(account, 12_345n), description: "salário" };
    const operation = await bank.accounts.deposit(request);
    expect(operation).toMatchObject({
      name: `operations/${request.requestId}`,
      kind: Operation_Kind.DEPOSIT,
      account: account.name,
      creditorAccount: "",
      amount: request.amount,
      fee: { currencyCode: "BRL", minorUnits: 0n },
      transferIds: [request.requestId],
      description: "salário",
    });
    expect(operation.bookTime?.seconds).toBeGreaterThan(0n);
    expect(await bank.booked(account)).toBe(12_345n);
  });

  it("whose fee is more than it brings to an empty account is refused, and nothing moves", async () => {
    const bank = newBank(mesh);
    const fees = [{ operation: ProductOperation.DEPOSIT, fixed: 500n }];
    const account = await bank.open({ product: await bank.product({ fees }) });
    expect(await outcome(bank.accounts.deposit(money(account, 499n)))).toBe("INSUFFICIENT_FUNDS");
    expect(await bank.booked(account)).toBe(0n);
    expect(await outcome(bank.accounts.deposit(money(account, 500n)))).toBe("done");
    expect(await bank.booked(account)).toBe(0n);
    expect(await bank.isBalanced()).toBe(true);
  });
});

describe("a withdrawal", () => {
  it("debits amount and fee together, rounded half up", async () => {
    const bank = newBank(mesh);
    const fees = [{ operation: ProductOperation.WITHDRAWAL, fixed: 100n, basisPoints: 25 }];
    const account = await bank.open({ product: await bank.product({ fees }), holding: 1_000n });
    const operation = await bank.accounts.withdraw(money(account, 200n));
    expect(operation.fee?.minorUnits).toBe(101n);
    expect(operation.transferIds).toHaveLength(2);
    expect(await bank.booked(account)).toBe(699n);
    expect(await outcome(bank.accounts.withdraw(money(account, 600n)))).toBe("INSUFFICIENT_FUNDS");
    expect(await bank.booked(account)).toBe(699n);
    expect(await bank.isBalanced()).toBe(true);
  });

  it("may overdraw the account as far as its product allowed when it was opened", async () => {
    const bank = newBank(mesh);
    const account = await bank.open({ product: await bank.product({ overdraftLimit: 300n }), holding: 100n });
    expect(await outcome(bank.accounts.withdraw(money(account, 401n)))).toBe("INSUFFICIENT_FUNDS");
    await bank.accounts.withdraw(money(account, 400n));
    const balance = await bank.accounts.getBalance({ name: `${account.name}/balance` });
    expect(balance).toMatchObject({ booked: { minorUnits: -300n }, available: { minorUnits: 0n } });
  });

  it("is charged by the terms as they are now", async () => {
    const bank = newBank(mesh);
    const name = await bank.product();
    const account = await bank.open({ product: name, holding: 1_000n });
    await bank.accounts.withdraw(money(account, 100n));
    await mesh.products.client(ProductsService, { tenant: bank.tenant }).updateProduct({
      product: { name, fees: [{ operation: ProductOperation.WITHDRAWAL, fixed: 7n }] },
      updateMask: { paths: ["fees"] },
      requestId: randomUUID(),
    });
    expect((await bank.accounts.withdraw(money(account, 100n))).fee?.minorUnits).toBe(7n);
  });
});

describe("a transfer", () => {
  it("moves the amount between customers; the fee is the debtor's", async () => {
    const bank = newBank(mesh);
    const fees = [{ operation: ProductOperation.TRANSFER, fixed: 50n }];
    const debtor = await bank.open({ product: await bank.product({ fees }), holding: 1_000n });
    const creditor = await bank.open({ customer: "customers/br-bia" });
    const request = { ...money(debtor, 400n), creditorAccount: creditor.name, description: "aluguel" };
    const operation = await bank.accounts.transfer(request);
    expect(operation).toMatchObject({ account: debtor.name, creditorAccount: creditor.name, fee: { minorUnits: 50n } });
    expect([await bank.booked(debtor), await bank.booked(creditor)]).toEqual([550n, 400n]);
    expect(await bank.isBalanced()).toBe(true);

    const events = await mesh.accounts.events(bank.tenant, 4);
    const fact = events.at(-1)?.data;
    const told = fact === undefined ? undefined : anyUnpack(fact, TransferCompletedSchema);
    expect(told).toMatchObject({
      operation: { name: operation.name, description: "", bookTime: operation.bookTime },
      debtorCustomer: "customers/br-ana",
      creditorCustomer: "customers/br-bia",
    });
  });

  it("needs two accounts of one currency that exist", async () => {
    const bank = newBank(mesh);
    const debtor = await bank.open({ holding: 100n });
    const peso = await bank.open({
      product: await bank.product({ regionCode: "MX", currencyCode: "MXN" }),
      customer: "customers/mx-luz",
    });
    const to = (creditorAccount: string) => outcome(bank.accounts.transfer({ ...money(debtor, 1n), creditorAccount }));
    expect(await to(debtor.name)).toBe("ACCOUNTS_MUST_BE_DIFFERENT");
    expect(await to(peso.name)).toBe("CURRENCIES_MUST_MATCH MXN");
    expect(await to("accounts/nobody")).toBe("CREDITOR_ACCOUNT_NOT_FOUND accounts/nobody");
    expect(await bank.booked(debtor)).toBe(100n);
  });
});

describe("amounts", () => {
  it.each([
    [0n, "BRL", "AMOUNT_MUST_BE_POSITIVE"],
    [-1n, "BRL", "AMOUNT_MUST_BE_POSITIVE"],
    [1n, "USD", "CURRENCIES_MUST_MATCH BRL"],
    [INT64_MAX, "BRL", "LIMIT_EXCEEDED max_operation_amount"],
    [MOST + 1n, "BRL", "LIMIT_EXCEEDED max_operation_amount"],
    [1n, "real", "VALIDATION_FAILED"],
  ])("of %d %s are refused with %s, and move nothing", async (minorUnits, currencyCode, expected) => {
    const bank = newBank(mesh);
    const account = await bank.open({ holding: 5n });
    const request = { ...money(account, 1n), amount: { minorUnits, currencyCode } };
    expect(await outcome(bank.accounts.deposit(request))).toBe(expected);
    expect(await bank.booked(account)).toBe(5n);
  });

  it("up to the largest of the contract move", async () => {
    const bank = newBank(mesh);
    const account = await bank.open({ holding: MOST });
    expect(await bank.booked(account)).toBe(MOST);
    await bank.accounts.withdraw(money(account, MOST));
    expect(await bank.booked(account)).toBe(0n);
  });

  it("that pass the product's limits are refused by the limit's name", async () => {
    const bank = newBank(mesh);
    const limits = [{ operation: ProductOperation.WITHDRAWAL, maxAmount: 60n, maxDailyAmount: 100n }];
    const account = await bank.open({ product: await bank.product({ limits }), holding: 1_000n });
    expect(await outcome(bank.accounts.withdraw(money(account, 61n)))).toBe("LIMIT_EXCEEDED max_amount");
    await bank.accounts.withdraw(money(account, 60n));
    expect(await outcome(bank.accounts.withdraw(money(account, 41n)))).toBe("LIMIT_EXCEEDED max_daily_amount");
    await bank.accounts.withdraw(money(account, 40n));
    expect(await outcome(bank.accounts.deposit(money(account, 500n)))).toBe("done");
  });

  it("refused for lack of funds do not count towards the day's limit", async () => {
    const bank = newBank(mesh);
    const limits = [{ operation: ProductOperation.WITHDRAWAL, maxDailyAmount: 100n }];
    const account = await bank.open({ product: await bank.product({ limits }), holding: 50n });
    expect(await outcome(bank.accounts.withdraw(money(account, 100n)))).toBe("INSUFFICIENT_FUNDS");
    expect(await outcome(bank.accounts.withdraw(money(account, 50n)))).toBe("done");
  });
});

describe("sent again with the same request_id,", () => {
  it("an operation answers the same and moves nothing, whatever became of the account", async () => {
    const bank = newBank(mesh);
    const account = await bank.open({ holding: 100n });
    const request = money(account, 30n);
    const first = await bank.accounts.withdraw(request);
    await bank.accounts.blockAccount({ name: account.name, requestId: randomUUID() });
    expect(await bank.accounts.withdraw(request)).toEqual(first);
    expect(await bank.booked(account)).toBe(70n);
  });

  it("a refusal is refused again, even when the money is there by now", async () => {
    const bank = newBank(mesh);
    const limits = [{ operation: ProductOperation.WITHDRAWAL, maxAmount: 500n }];
    const account = await bank.open({ product: await bank.product({ limits }) });
    const poor = money(account, 10n);
    const large = money(account, 501n);
    const expected = ["INSUFFICIENT_FUNDS", "LIMIT_EXCEEDED max_amount"];
    const both = async () => [
      await outcome(bank.accounts.withdraw(poor)),
      await outcome(bank.accounts.withdraw(large)),
    ];
    expect(await both()).toEqual(expected);
    await bank.accounts.deposit(money(account, 10_000n));
    expect(await both()).toEqual(expected);
    expect(await bank.booked(account)).toBe(10_000n);
  });

  it("a refusal for a blocked account is refused again after it was unblocked", async () => {
    const bank = newBank(mesh);
    const account = await bank.open();
    const creditor = await bank.open();
    await bank.accounts.deposit(money(account, 10n));
    await bank.accounts.blockAccount({ name: creditor.name, requestId: randomUUID() });
    const request = { ...money(account, 1n), creditorAccount: creditor.name };
    expect(await outcome(bank.accounts.transfer(request))).toBe("CREDITOR_ACCOUNT_NOT_OPEN BLOCKED");
    await bank.accounts.unblockAccount({ name: creditor.name, requestId: randomUUID() });
    expect(await outcome(bank.accounts.transfer(request))).toBe("CREDITOR_ACCOUNT_NOT_OPEN BLOCKED");
    expect(await outcome(bank.accounts.transfer({ ...request, requestId: randomUUID() }))).toBe("done");
  });

  it("a mistake may be corrected: it held no key", async () => {
    const bank = newBank(mesh);
    const account = await bank.open();
    const requestId = randomUUID();
    expect(await outcome(bank.accounts.deposit(money(account, 0n, requestId)))).toBe("AMOUNT_MUST_BE_POSITIVE");
    const nobody = money({ ...account, name: "accounts/nobody" }, 1n, requestId);
    expect(await outcome(bank.accounts.deposit(nobody))).toBe("ACCOUNT_NOT_FOUND accounts/nobody");
    expect(await outcome(bank.accounts.deposit(money(account, 1n, requestId)))).toBe("done");
  });

  it("another amount, text, account or method is refused", async () => {
    const bank = newBank(mesh);
    const account = await bank.open();
    const request = money(account, 10n);
    await bank.accounts.deposit(request);
    const { name, requestId } = request;
    const other = await bank.open();
    const outcomes = await Promise.all(
      [
        bank.accounts.deposit(money(account, 11n, requestId)),
        bank.accounts.deposit({ ...request, description: "x" }),
        bank.accounts.deposit({ ...request, name: other.name }),
        bank.accounts.withdraw(request),
        bank.accounts.blockAccount({ name, requestId }),
      ].map(outcome),
    );
    expect(new Set(outcomes)).toEqual(new Set(["REQUEST_ID_REUSED"]));
    expect(await bank.booked(account)).toBe(10n);
  });

  it("the same content may come in another tenant, where it is another operation", async () => {
    const requestId = randomUUID();
    for (const bank of [newBank(mesh), newBank(mesh)]) {
      const account = await bank.open();
      expect(await outcome(bank.accounts.deposit(money(account, 10n, requestId)))).toBe("done");
      expect(await bank.booked(account)).toBe(10n);
    }
  });

  it("in capitals, a UUID is the same id in the ledger", async () => {
    const bank = newBank(mesh);
    const account = await bank.open();
    const requestId = randomUUID().toUpperCase();
    const operation = await bank.accounts.deposit(money(account, 10n, requestId));
    expect(operation.name).toBe(`operations/${requestId.toLowerCase()}`);
    expect(await bank.accounts.deposit(money(account, 10n, requestId))).toEqual(operation);
  });

  it.each(["00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"])(
    "%s never works: the ledger takes no such id",
    async (requestId) => {
      const bank = newBank(mesh);
      expect(await outcome(bank.accounts.deposit(money(await bank.open(), 1n, requestId)))).toBe("VALIDATION_FAILED");
    },
  );
});

describe("another tenant's account", () => {
  it("reads as not found, for every call", async () => {
    const account = await newBank(mesh).open({ holding: 10n });
    const bank = newBank(mesh);
    const own = await bank.open({ holding: 10n });
    const { name } = account;
    const requestId = randomUUID();
    const missing = `ACCOUNT_NOT_FOUND ${name}`;
    const { accounts } = bank;
    expect(await outcome(accounts.getAccount({ name }))).toBe(missing);
    expect(await outcome(accounts.getBalance({ name: `${name}/balance` }))).toBe(missing);
    expect(await outcome(accounts.listStatementEntries({ parent: name }))).toBe(missing);
    expect(await outcome(accounts.deposit(money(account, 1n)))).toBe(missing);
    expect(await outcome(accounts.withdraw(money(account, 1n)))).toBe(missing);
    expect(await outcome(accounts.transfer({ ...money(account, 1n), creditorAccount: own.name }))).toBe(missing);
    expect(await outcome(accounts.transfer({ ...money(own, 1n), creditorAccount: name }))).toBe(`CREDITOR_${missing}`);
    expect(await outcome(accounts.blockAccount({ name, requestId }))).toBe(missing);
    expect(await outcome(accounts.unblockAccount({ name, requestId }))).toBe(missing);
    expect(await outcome(accounts.closeAccount({ name, requestId }))).toBe(missing);
    expect((await accounts.listAccounts({})).accounts.map((one) => one.name)).toEqual([own.name]);
  });
});

describe("text", () => {
  it("with a NUL is refused", async () => {
    const bank = newBank(mesh);
    const request = { ...money(await bank.open(), 1n), description: "a\0b" };
    expect(await outcome(bank.accounts.deposit(request))).toBe("TEXT_INVALID");
  });

  it("of the caller stays out of events and the ledger", async () => {
    const bank = newBank(mesh);
    const account = await bank.open();
    const secret = "para a cirurgia do João";
    const { transferIds } = await bank.accounts.deposit({ ...money(account, 1n), description: secret });
    const [, event] = await mesh.accounts.events(bank.tenant, 2);
    expect(event?.data).toBeDefined();
    expect(fromBinary(DepositCompletedSchema, event?.data?.value ?? new Uint8Array()).operation?.description).toBe("");
    const { transfers } = await bank.ledger.lookupTransfers({ ids: transferIds });
    expect(transfers).toHaveLength(1);
    expect(Object.values(transfers[0]?.metadata ?? {})).not.toContain(secret);
  });
});
