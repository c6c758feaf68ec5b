import { create } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { AccountSchema } from "#gen/malla/accounts/v1/account_pb.js";
import { AccountsService, type OpenAccountRequest } from "#gen/malla/accounts/v1/accounts_service_pb.js";
import { type Call, callOf } from "#platform/rpc/call.ts";
import type { Account } from "../domain/account.ts";
import { refusalOfOpening } from "../domain/opening.ts";
import { accountsRefused } from "../errors.ts";
import { fromAccount, idOf } from "../mapping.ts";
import { readHolder } from "../peers/customers.ts";
import { readOffer } from "../peers/products.ts";
import { finishOpening } from "../sagas/finish-opening.ts";
import type { AccountsDeps, AccountsHandlers } from "../service.ts";
import { findOpening, insertOpening, type Opening } from "../store/opening-store.ts";
import { claimKey, isClaimed, type RequestKey, requestKey } from "../store/request-keys.ts";

/** Opens an account. Its id is chosen and kept before the ledger is asked, so a replay makes no second one. */
export function openAccount(deps: AccountsDeps): AccountsHandlers["openAccount"] {
  return async (request, context) => {
    const call = callOf(context);
    const key = requestKey(AccountsService.method.openAccount, request);
    const known = await findKnown(deps, call, key);
    const opening = known ?? (await begin(deps, call, key, await plan(deps, call, request)));
    return create(AccountSchema, fromAccount(await finishOpening(deps, call, opening)));
  };
}

/** The opening that the same call began before, if any. */
function findKnown({ database }: AccountsDeps, call: Call, key: RequestKey): Promise<Opening | undefined> {
  return database.tenant(call, async (transaction) =>
    (await isClaimed(transaction, call.tenant, key)) ? findOpening(transaction, key) : undefined,
  );
}

/** The account that is going to be. A refusal keeps no key: the customer may come back with what was lacking. */
async function plan(
  { customers, products, now }: AccountsDeps,
  call: Call,
  request: OpenAccountRequest,
): Promise<Account> {
  const [holder, product] = await Promise.all([
    readHolder(customers, call, request.customer),
    readOffer(products, call, request.product),
  ]);
  if (holder === undefined) {
    throw accountsRefused("customer_not_found", { name: request.customer });
  }
  if (product === undefined) {
    throw accountsRefused("product_not_found", { name: request.product });
  }
  const refusal = refusalOfOpening(holder, product);
  if (refusal !== undefined) {
    throw accountsRefused(
      refusal,
      refusal === "customer_lacks_tax_identifier" ? { region_code: product.regionCode } : {},
    );
  }
  const at = now();
  // One id here and in the ledger: whoever reads the books finds the account.
  const id = uuidv7();
  return {
    id,
    customerId: idOf(request.customer),
    productId: idOf(request.product),
    currencyCode: product.currencyCode,
    overdraftLimit: product.overdraftLimit,
    ledgerAccountId: id,
    state: "open",
    createTime: at,
    updateTime: at,
  };
}

function begin({ database }: AccountsDeps, call: Call, key: RequestKey, account: Account): Promise<Opening> {
  return database.tenant(call, async (transaction) => {
    if (!(await claimKey(transaction, call.tenant, key))) {
      return findOpening(transaction, key);
    }
    await insertOpening(transaction, call.tenant, key.requestId, account);
    return { account, isDone: false };
  });
}
