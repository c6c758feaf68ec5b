import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Account_State } from "#gen/malla/accounts/v1/account_pb.js";
import { TaxIdentifier_Type } from "#gen/malla/customers/v1/customer_pb.js";
import { CustomersService } from "#gen/malla/customers/v1/customers_service_pb.js";
import { BalanceConstraint } from "#gen/malla/ledger/v1/ledger_pb.js";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import { startTestService } from "#platform/testing/service.ts";
import { customersProgram } from "../../customers/service.ts";
import { money, newBank, outcome, startMesh, type TestMesh } from "./mesh.ts";

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(() => mesh.stop());

describe("an opening", () => {
  it("makes an account here and in the ledger, by the product's terms", async () => {
    const bank = newBank(mesh);
    const product = await bank.product({ overdraftLimit: 500n });
    const account = await bank.accounts.openAccount({ customer: "customers/br-ana", product, requestId: randomUUID() });
    expect(account).toMatchObject({
      customer: "customers/br-ana",
      product,
      currencyCode: "BRL",
      overdraftLimit: 500n,
      state: Account_State.OPEN,
    });
    expect(await bank.accounts.getAccount({ name: account.name })).toEqual(account);
    const { accounts } = await bank.ledger.lookupAccounts({ ids: [account.ledgerAccountId] });
    expect(accounts[0]).toMatchObject({
      currencyCode: "BRL",
      balanceConstraint: BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS,
      overdraftLimit: 500n,
      metadata: { account: account.name.slice("accounts/".length) },
    });
    expect(await bank.accounts.getBalance({ name: `${account.name}/balance` })).toMatchObject({
      name: `${account.name}/balance`,
      booked: { minorUnits: 0n },
      available: { minorUnits: 500n },
    });
  });

  it("sent again answers with the first account as it was opened, and tells of it once", async () => {
    const bank = newBank(mesh);
    const request = { customer: "customers/br-ana", product: await bank.product(), requestId: randomUUID() };
    const [first, twin] = await Promise.all([bank.accounts.openAccount(request), bank.accounts.openAccount(request)]);
    expect(twin).toEqual(first);
    await bank.accounts.blockAccount({ name: first.name, requestId: randomUUID() });
    expect(await bank.accounts.openAccount(request)).toEqual(first);
    expect((await bank.accounts.listAccounts({})).accounts).toHaveLength(1);
    const events = await mesh.accounts.events(bank.tenant, 2);
    expect(events.map(({ type }) => type.split(".").at(-1))).toEqual(["AccountOpened", "AccountBlocked"]);
  });

  it.each([
    ["customers/nobody", {}, "CUSTOMER_NOT_FOUND customers/nobody"],
    ["customers/br-ana-closed", {}, "CUSTOMER_NOT_ACTIVE"],
    ["customers/mx-luz", {}, "CUSTOMER_LACKS_TAX_IDENTIFIER BR"],
    ["customers/br-ana", { regionCode: "CO", currencyCode: "COP" }, "CUSTOMER_LACKS_TAX_IDENTIFIER CO"],
    ["customers/co-eva", { regionCode: "CO", currencyCode: "COP" }, "done"],
  ])("for %s of a product in %o ends with %s", async (customer, terms, expected) => {
    const bank = newBank(mesh);
    const product = await bank.product(terms);
    expect(await outcome(bank.accounts.openAccount({ customer, product, requestId: randomUUID() }))).toBe(expected);
  });

  it("needs a product that is offered", async () => {
    const bank = newBank(mesh);
    const request = { customer: "customers/br-ana", product: "products/none", requestId: randomUUID() };
    expect(await outcome(bank.accounts.openAccount(request))).toBe("PRODUCT_NOT_FOUND products/none");
    const product = await bank.product();
    const products = mesh.products.client(ProductsService, { tenant: bank.tenant });
    await products.retireProduct({ name: product, requestId: randomUUID() });
    expect(await outcome(bank.accounts.openAccount({ ...request, product }))).toBe("PRODUCT_NOT_ACTIVE");
  });

  it("asks the real customers service who the holder is", async () => {
    const service = await startTestService(customersProgram);
    const bank = newBank(mesh, await mesh.startTwin({ MALLA_CUSTOMERS_ADDRESS: service.address }));
    const customers = service.client(CustomersService, { tenant: bank.tenant });
    const naturalPerson = {
      givenName: "Ana",
      familyName: "Souza",
      birthDate: { year: 1990, month: 5, day: 17 },
    };
    const { name } = await customers.createCustomer({
      customer: {
        person: { case: "naturalPerson", value: naturalPerson },
        taxIdentifiers: [{ type: TaxIdentifier_Type.BR_CPF, value: "390.533.447-05" }],
      },
      requestId: randomUUID(),
    });
    const open = async (terms = {}) =>
      outcome(bank.open({ customer: name, product: await bank.product(terms), holding: 10n }));
    expect(await open()).toBe("done");
    expect(await open({ regionCode: "MX", currencyCode: "MXN" })).toBe("CUSTOMER_LACKS_TAX_IDENTIFIER MX");
    await customers.closeCustomer({ name, requestId: randomUUID() });
    expect(await open()).toBe("CUSTOMER_NOT_ACTIVE");
    expect(await outcome(bank.open({ customer: "customers/nobody" }))).toBe("CUSTOMER_NOT_FOUND customers/nobody");
    await service.stop();
  });

  it("with the request_id of another call is refused", async () => {
    const bank = newBank(mesh);
    const account = await bank.open();
    const { requestId } = await deposited(bank, account);
    const request = { customer: "customers/br-ana", product: account.product, requestId };
    expect(await outcome(bank.accounts.openAccount(request))).toBe("REQUEST_ID_REUSED");
  });
});

describe("a list of accounts", () => {
  it("is newest first, in pages, of one customer or of all", async () => {
    const bank = newBank(mesh);
    const product = await bank.product();
    const names: string[] = [];
    for (const customer of ["customers/br-ana", "customers/br-bia", "customers/br-ana"]) {
      names.unshift((await bank.open({ product, customer })).name);
    }
    const first = await bank.accounts.listAccounts({ pageSize: 2 });
    const second = await bank.accounts.listAccounts({ pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.accounts, ...second.accounts].map(({ name }) => name)).toEqual(names);
    expect(second.nextPageToken).toBe("");
    const ofAna = await bank.accounts.listAccounts({ customer: "customers/br-ana" });
    expect(ofAna.accounts.map(({ name }) => name)).toEqual([names[0], names[2]]);
    const crossed = bank.accounts.listAccounts({ customer: "customers/br-ana", pageToken: first.nextPageToken });
    expect(await outcome(crossed)).toBe("PAGE_TOKEN_INVALID");
  });
});

describe("a blocked account", () => {
  it("moves no money, on either side, until it is unblocked", async () => {
    const bank = newBank(mesh);
    const account = await bank.open({ holding: 100n });
    const other = await bank.open({ holding: 100n });
    const { name } = account;
    await bank.accounts.blockAccount({ name, requestId: randomUUID() });
    const again = await bank.accounts.blockAccount({ name, requestId: randomUUID() });
    expect(again.state).toBe(Account_State.BLOCKED);
    const all = () =>
      Promise.all([
        outcome(bank.accounts.deposit(money(account, 1n))),
        outcome(bank.accounts.withdraw(money(account, 1n))),
        outcome(bank.accounts.transfer({ ...money(account, 1n), creditorAccount: other.name })),
        outcome(bank.accounts.transfer({ ...money(other, 1n), creditorAccount: name })),
      ]);
    const refused = "ACCOUNT_NOT_OPEN BLOCKED";
    expect(await all()).toEqual([refused, refused, refused, `CREDITOR_${refused}`]);
    await bank.accounts.unblockAccount({ name, requestId: randomUUID() });
    expect(await all()).toEqual(["done", "done", "done", "done"]);
  });
});

describe("closing", () => {
  it("needs a balance of zero", async () => {
    const bank = newBank(mesh);
    const account = await bank.open({ holding: 1n });
    const { name } = account;
    const requestId = randomUUID();
    expect(await outcome(bank.accounts.closeAccount({ name, requestId }))).toBe("BALANCE_MUST_BE_ZERO");
    await bank.accounts.withdraw(money(account, 1n));
    const closed = await bank.accounts.closeAccount({ name, requestId });
    expect(closed.state).toBe(Account_State.CLOSED);
    expect(await bank.accounts.closeAccount({ name, requestId })).toEqual(closed);
  });

  it("is for good", async () => {
    const bank = newBank(mesh);
    const account = await bank.open();
    const { name } = account;
    await bank.accounts.closeAccount({ name, requestId: randomUUID() });
    const refused = await Promise.all([
      outcome(bank.accounts.deposit(money(account, 1n))),
      outcome(bank.accounts.blockAccount({ name, requestId: randomUUID() })),
      outcome(bank.accounts.unblockAccount({ name, requestId: randomUUID() })),
      outcome(bank.accounts.closeAccount({ name, requestId: randomUUID() })),
    ]);
    expect(refused).toEqual(["ACCOUNT_NOT_OPEN CLOSED", "ACCOUNT_CLOSED", "ACCOUNT_CLOSED", "ACCOUNT_NOT_OPEN CLOSED"]);
  });

  it("waits for operations on either side to end", async () => {
    const bank = newBank(mesh);
    const debtor = await bank.open({ holding: 10n });
    const creditor = await bank.open();
    mesh.door.break("before");
    await outcome(bank.accounts.transfer({ ...money(debtor, 10n), creditorAccount: creditor.name }));
    const close = ({ name }: { name: string }) =>
      outcome(bank.accounts.closeAccount({ name, requestId: randomUUID() }));
    expect([await close(debtor), await close(creditor)]).toEqual(["OPERATIONS_UNDER_WAY", "OPERATIONS_UNDER_WAY"]);
    mesh.door.break("none");
  });

  it("racing with deposits never closes an account that holds money", async () => {
    const bank = newBank(mesh);
    for (let round = 0; round < 5; round++) {
      const account = await bank.open();
      const [closed, ...deposits] = await Promise.all([
        outcome(bank.accounts.closeAccount({ name: account.name, requestId: randomUUID() })),
        ...Array.from({ length: 4 }, () => outcome(bank.accounts.deposit(money(account, 1n)))),
      ]);
      const paidIn = deposits.filter((result) => result === "done").length;
      expect(await bank.booked(account)).toBe(BigInt(paidIn));
      expect(closed === "done" ? paidIn : 0).toBe(0);
    }
  });
});

async function deposited(bank: ReturnType<typeof newBank>, account: Parameters<typeof money>[0]) {
  const request = money(account, 1n);
  await bank.accounts.deposit(request);
  return request;
}
