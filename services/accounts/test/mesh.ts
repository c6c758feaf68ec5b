/** The accounts service among its peers: the real ledger and products, through doors that tests can shut. */
import { randomUUID } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, ConnectError } from "@connectrpc/connect";
import type { Account, Balance } from "#gen/malla/accounts/v1/account_pb.js";
import { AccountsService } from "#gen/malla/accounts/v1/accounts_service_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { ProductSchema } from "#gen/malla/products/v1/product_pb.js";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { ledgerProgram } from "../../ledger/service.ts";
import { productsProgram } from "../../products/service.ts";
import { accountsProgram } from "../service.ts";
import { startCustomersStub } from "./customers-stub.ts";
import { type LedgerDoor, startLedgerDoor } from "./ledger-door.ts";

/** Services that run for a test file. */
export interface TestMesh {
  readonly accounts: TestService;
  readonly ledger: TestService;
  readonly products: TestService;
  /** What stands between accounts and the ledger. */
  readonly door: LedgerDoor;
  /** Another process of the accounts service on the same database, with other settings where given. */
  startTwin(env?: Readonly<Record<string, string>>): Promise<TestService>;
  stop(): Promise<void>;
}

/** Starts them. */
export async function startMesh(): Promise<TestMesh> {
  const [ledger, products, customers] = await Promise.all([
    startTestService(ledgerProgram),
    startTestService(productsProgram),
    startCustomersStub(),
  ]);
  const door = await startLedgerDoor(ledger.address);
  const env = {
    // Tests break things on purpose; what comes of it is looked at in answers, not in logs.
    MALLA_LOG_LEVEL: "fatal",
    MALLA_LEDGER_ADDRESS: door.address,
    MALLA_PRODUCTS_ADDRESS: products.address,
    MALLA_CUSTOMERS_ADDRESS: customers.address,
  };
  const accounts = await startTestService(accountsProgram, { env });
  const twins: TestService[] = [];
  return {
    accounts,
    ledger,
    products,
    door,
    async startTwin(more = {}) {
      const twin = await startTestService(accountsProgram, { env: { ...env, ...more }, databaseOf: accounts });
      twins.push(twin);
      return twin;
    },
    async stop() {
      for (const service of [...twins, accounts, door, products, customers, ledger]) {
        await service.stop();
      }
    },
  };
}

/** A tenant with products of its own. */
export interface Bank {
  readonly tenant: string;
  readonly accounts: Client<typeof AccountsService>;
  readonly ledger: Client<typeof LedgerService>;
  /** Adds a product in BRL, but for what is said; answers its name. */
  product(terms?: MessageInitShape<typeof ProductSchema>): Promise<string>;
  /** Opens an account, of a new product unless one is named, and pays in what it shall hold. */
  open(how?: { product?: string; customer?: string; holding?: bigint }): Promise<Account>;
  /** What the account holds. */
  booked(account: Pick<Account, "name">): Promise<bigint>;
  /** Whether debits equal credits everywhere, by the ledger itself. */
  isBalanced(): Promise<boolean>;
}

/** A tenant that no other test knows. */
export function newBank(mesh: TestMesh, accountsOf: TestService = mesh.accounts): Bank {
  const tenant = `bank-${randomUUID().slice(0, 13)}`;
  const accounts = accountsOf.client(AccountsService, { tenant });
  const ledger = mesh.ledger.client(LedgerService, { tenant });
  const products = mesh.products.client(ProductsService, { tenant });
  const bank: Bank = {
    tenant,
    accounts,
    ledger,
    async product(terms = {}) {
      const productId = `p-${randomUUID()}`;
      const product = { displayName: "Conta", regionCode: "BR", currencyCode: "BRL", ...terms };
      return (await products.createProduct({ product, productId, requestId: randomUUID() })).name;
    },
    async open({ product, customer = "customers/br-ana", holding = 0n } = {}) {
      const account = await accounts.openAccount({
        customer,
        product: product ?? (await bank.product()),
        requestId: randomUUID(),
      });
      if (holding > 0n) {
        await accounts.deposit(money(account, holding));
      }
      return account;
    },
    async booked({ name }) {
      const balance: Balance = await accounts.getBalance({ name: `${name}/balance` });
      return balance.booked?.minorUnits ?? 0n;
    },
    async isBalanced() {
      const { lines } = await ledger.getTrialBalance({});
      return lines.every((line) => line.balanced);
    },
  };
  return bank;
}

/** A request to move an amount of the account's currency, under a new request_id. */
export function money(
  account: Pick<Account, "name" | "currencyCode">,
  minorUnits: bigint,
  requestId: string = randomUUID(),
) {
  return { name: account.name, amount: { currencyCode: account.currencyCode, minorUnits }, description: "", requestId };
}

/** Why a call was refused: its reason, with metadata; "done" where it was not. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "done";
  } catch (error) {
    const info = errorInfoOf(ConnectError.from(error));
    return [info?.reason ?? String(error), ...Object.values(info?.metadata ?? {})].join(" ");
  }
}
