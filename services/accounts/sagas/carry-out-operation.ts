/**
 * Carries out an operation in three steps, each of which may be the last before a crash:
 *
 * 1. decide: one transaction takes the request_id, judges the order and freezes the plan: legs, fee, transfer ids;
 * 2. post: the ledger moves the money of that plan, at most once by the ids of its transfers;
 * 3. end: one transaction writes the outcome and its event.
 *
 * Whoever comes later (the same call again, a twin, the resumer) goes on with the stored plan, never a new one.
 * An operation that was decided is posted even where its account is blocked before step 2: the decision is what counts.
 */
import type { Transaction } from "#platform/db/database.ts";
import { type Call, remainingMs } from "#platform/rpc/call.ts";
import { decideOrder } from "../domain/decide.ts";
import { legsOf } from "../domain/legs.ts";
import type { Operation, Order } from "../domain/operation.ts";
import type { Terms } from "../domain/terms.ts";
import { accountsRefused } from "../errors.ts";
import { accountName } from "../mapping.ts";
import { readTerms } from "../peers/products.ts";
import type { AccountsDeps } from "../service.ts";
import { findAccountsForOperation } from "../store/account-store.ts";
import { insertOperation, requireOperation, sumOfDay } from "../store/operation-store.ts";
import { claimKey, type RequestKey } from "../store/request-keys.ts";
import { settleOperation } from "./settle-operation.ts";

/** An order without its id, which is the call's request_id. */
export type OrderOfCall = Omit<Order, "id">;

/**
 * Carries out an order, or goes on with the one that came before under the same key.
 *
 * @returns the posted operation
 * @throws the refusal, the same each time
 */
export async function carryOut(
  deps: AccountsDeps,
  call: Call,
  key: RequestKey,
  orderOfCall: OrderOfCall,
): Promise<Operation> {
  const order: Order = { ...orderOfCall, id: key.requestId };
  // Asked for before the transaction, which holds locks. Only a new order needs them: a replay does without products,
  // for which half of the time is kept.
  const halfTime = { ...call, deadlineMs: Date.now() + remainingMs(call) / 2 };
  const [terms] = await Promise.allSettled([termsFor(deps, halfTime, order)]);
  const operation = await deps.database.tenant(call, async (transaction) => {
    if (!(await claimKey(transaction, call.tenant, key))) {
      return requireOperation(transaction, order.id);
    }
    if (terms.status === "rejected") {
      throw terms.reason;
    }
    const decided = await decide(transaction, call.tenant, order, terms.value, deps.now());
    await insertOperation(transaction, call.tenant, decided);
    return decided;
  });
  const ended = operation.progress.state === "pending" ? await settleOperation(deps, call, operation) : operation;
  if (ended.progress.state === "refused") {
    throw accountsRefused(ended.progress.refusal.reason, ended.progress.refusal.metadata);
  }
  return ended;
}

/** The newest terms, read anew for every operation: a change of a product holds from the next one on. */
async function termsFor({ productOf, products }: AccountsDeps, call: Call, order: Order): Promise<Terms> {
  const productId = await productOf(call, order.accountId);
  if (productId === undefined) {
    throw accountsRefused("account_not_found", { name: accountName(order.accountId) });
  }
  return readTerms(products, call, `products/${productId}`, order.kind);
}

/** Judges a new order with both accounts held still. */
async function decide(
  transaction: Transaction,
  tenant: string,
  order: Order,
  terms: Terms,
  at: Date,
): Promise<Operation> {
  const { accountId, creditorAccountId } = order;
  const isLimited = terms.limit.maxDailyAmount > 0n;
  // Before the accounts are locked, so that every operation takes its locks in one order.
  const usedMinor = isLimited ? await sumOfDay(transaction, tenant, accountId, order.kind, at) : 0n;
  const ids = creditorAccountId === undefined ? [accountId] : [accountId, creditorAccountId];
  const accounts = await findAccountsForOperation(transaction, ids);
  const account = accounts.get(accountId);
  if (account === undefined) {
    throw accountsRefused("account_not_found", { name: accountName(accountId) });
  }
  const creditor = creditorAccountId === undefined ? undefined : accounts.get(creditorAccountId);
  if (creditorAccountId !== undefined && creditor === undefined) {
    throw accountsRefused("creditor_account_not_found", { name: accountName(creditorAccountId) });
  }
  const decision = decideOrder(order, { account, creditor, terms, usedMinor });
  const parties = { customerId: account.customerId, creditorCustomerId: creditor?.customerId, createTime: at };
  switch (decision.kind) {
    case "faulty":
      throw accountsRefused(decision.fault, decision.metadata);
    case "refused": {
      const { refusal } = decision;
      return { ...order, ...parties, fee: 0n, legs: [], progress: { state: "refused", refusal } };
    }
    case "accepted": {
      const { fee } = decision;
      const legs = legsOf(order, fee, { tenant, account, creditor });
      return { ...order, ...parties, fee, legs, progress: { state: "pending" } };
    }
    default:
      return decision satisfies never;
  }
}
