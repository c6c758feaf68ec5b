/** The vendor as its callers see it, on a cluster of the test's choice and a database of its own. */
import { randomUUID } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, createClient, createRouterTransport } from "@connectrpc/connect";
import { inject } from "vitest";
import { CreateAccountStatus, CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import type { AccountSchema, TransferSchema } from "#gen/malla/ledger/v1/ledger_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { type Database, openDatabase } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { ensureServiceDatabase } from "#platform/embedded/service-database.ts";
import { callerKey } from "#platform/rpc/call.ts";
import { validateRequests } from "#platform/rpc/validate.ts";
import { createTigerBeetleLedger } from "../adapter.ts";
import type { TigerBeetle } from "../tigerbeetle.ts";

/** A transfer as a test gives it. */
export type TransferInit = Omit<MessageInitShape<typeof TransferSchema>, "amount" | "$typeName"> & {
  /** In BRL; undefined leaves it out. */
  amount?: bigint;
  currency?: string;
};
/** An account as a test gives it. */
export type AccountInit = Omit<MessageInitShape<typeof AccountSchema>, "$typeName">;

/** The ledger of one tenant, in few words. */
export interface TestLedger {
  readonly tenant: string;
  readonly client: Client<typeof LedgerService>;
  /** Makes an account of ledger 1 in BRL, and answers its id. */
  account(init?: AccountInit): Promise<string>;
  /** Statuses by name. */
  createAccounts(...accounts: AccountInit[]): Promise<string[]>;
  /** Statuses by name; with ID_ALREADY_FAILED the first one's beside it. */
  book(...transfers: TransferInit[]): Promise<string[]>;
  /** "debits posted/pending credits posted/pending" of an account. */
  sums(id: string): Promise<string>;
}

let databases = 0;

/** Opens a fresh side store. */
export async function openTestDatabase(): Promise<Database> {
  const name = `tigerbeetle_${process.pid}_${databases++}`;
  const urls = await ensureServiceDatabase(inject("postgresUrl"), name, () => "test");
  await migrate(urls.owner, new URL("../store/migrations", import.meta.url));
  return openDatabase({ url: urls.app, workerUrl: urls.worker, pool: 4, name: "ledger" });
}

/** Opens the vendor for a new tenant. */
export function openTestLedger(
  tigerbeetle: TigerBeetle,
  database: Database,
  tenant = `t-${randomUUID()}`,
  timeoutMs = 10_000,
): TestLedger {
  const handlers = createTigerBeetleLedger({ tigerbeetle, database });
  const transport = createRouterTransport(({ service }) => service(LedgerService, handlers), {
    transport: { defaultTimeoutMs: timeoutMs },
    router: {
      interceptors: [
        (next) => (request) => {
          request.contextValues.set(callerKey, { tenant, principal: "test", scopes: new Set(["*"]) });
          return next(request);
        },
        validateRequests,
      ],
    },
  });
  const client = createClient(LedgerService, transport);
  const options = { timeoutMs };
  const createAccounts = async (...accounts: AccountInit[]) => {
    const { results } = await client.createAccounts(
      { accounts: accounts.map((account) => ({ ledger: 1, currencyCode: "BRL", code: 1, ...account })) },
      options,
    );
    return results.map(({ status }) => CreateAccountStatus[status]);
  };
  return {
    tenant,
    client,
    createAccounts,
    async account(init = {}) {
      const id = init.id ?? randomUUID();
      const [status] = await createAccounts({ ...init, id });
      if (status !== "CREATED") {
        throw new Error(`the account was not made: ${status}`);
      }
      return id;
    },
    async book(...transfers) {
      const { results } = await client.createTransfers(
        {
          transfers: transfers.map(({ amount, currency = "BRL", ...transfer }) => ({
            id: randomUUID(),
            code: 1,
            ...transfer,
            ...(amount === undefined ? {} : { amount: { currencyCode: currency, minorUnits: amount } }),
          })),
        },
        options,
      );
      return results.map(({ status, firstStatus }) =>
        firstStatus === 0
          ? CreateTransferStatus[status]
          : `${CreateTransferStatus[status]} ${CreateTransferStatus[firstStatus]}`,
      );
    },
    async sums(id) {
      const [account] = (await client.lookupAccounts({ ids: [id] }, options)).accounts;
      return account === undefined
        ? "none"
        : `${account.debitsPosted}/${account.debitsPending} ${account.creditsPosted}/${account.creditsPending}`;
    },
  };
}
