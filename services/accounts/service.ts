/** What the accounts service needs, and the RPCs it answers. */
import type { ServiceImpl } from "@connectrpc/connect";
import { AccountsService } from "#gen/malla/accounts/v1/accounts_service_pb.js";
import { CustomersService } from "#gen/malla/customers/v1/customers_service_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import type { HostPort } from "#platform/config/settings.ts";
import type { Database } from "#platform/db/database.ts";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import type { Outbox } from "#platform/outbox/append.ts";
import { type MeshClient, openMeshClient } from "#platform/rpc/mesh-client.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import { settings } from "./config.ts";
import { blockAccount } from "./handlers/block-account.ts";
import { closeAccount } from "./handlers/close-account.ts";
import { deposit } from "./handlers/deposit.ts";
import { getAccount } from "./handlers/get-account.ts";
import { getBalance } from "./handlers/get-balance.ts";
import { listAccounts } from "./handlers/list-accounts.ts";
import { listStatementEntries } from "./handlers/list-statement-entries.ts";
import { openAccount } from "./handlers/open-account.ts";
import { transfer } from "./handlers/transfer.ts";
import { unblockAccount } from "./handlers/unblock-account.ts";
import { withdraw } from "./handlers/withdraw.ts";
import { type ProductsOfAccounts, rememberProducts } from "./sagas/product-of-account.ts";
import { startResumer } from "./sagas/resumer.ts";

/** What handlers work with. */
export interface AccountsDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly ledger: MeshClient<typeof LedgerService>;
  readonly products: MeshClient<typeof ProductsService>;
  readonly customers: MeshClient<typeof CustomersService>;
  readonly productOf: ProductsOfAccounts;
  /** The time now. */
  readonly now: () => Date;
}

/** Types of the RPCs. */
export type AccountsHandlers = ServiceImpl<typeof AccountsService>;

/** Makes the service. */
export function createAccountsService(deps: AccountsDeps): AccountsHandlers {
  return {
    openAccount: openAccount(deps),
    getAccount: getAccount(deps),
    listAccounts: listAccounts(deps),
    deposit: deposit(deps),
    withdraw: withdraw(deps),
    transfer: transfer(deps),
    blockAccount: blockAccount(deps),
    unblockAccount: unblockAccount(deps),
    closeAccount: closeAccount(deps),
    getBalance: getBalance(deps),
    listStatementEntries: listStatementEntries(deps),
  };
}

/** The service as a program. */
export const accountsProgram: ServiceProgram<typeof settings> = {
  name: "accounts",
  settings,
  migrations: new URL("./store/migrations", import.meta.url),
  open({ database, outbox, log, tls }, addresses) {
    const peer = (name: string, { host, port }: HostPort) => ({ peer: name, address: `${host}:${port}`, tls });
    const deps: AccountsDeps = {
      database,
      outbox,
      ledger: openMeshClient(LedgerService, peer("ledger", addresses.MALLA_LEDGER_ADDRESS)),
      products: openMeshClient(ProductsService, peer("products", addresses.MALLA_PRODUCTS_ADDRESS)),
      customers: openMeshClient(CustomersService, peer("customers", addresses.MALLA_CUSTOMERS_ADDRESS)),
      productOf: rememberProducts(database),
      now: () => new Date(),
    };
    const resumer = startResumer(deps, log);
    return {
      services: [served(AccountsService, createAccountsService(deps))],
      async close() {
        await resumer.stop();
        for (const client of [deps.ledger, deps.products, deps.customers]) {
          client.close();
        }
      },
    };
  },
};
