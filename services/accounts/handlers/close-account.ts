import { create } from "@bufbuild/protobuf";
import { AccountSchema } from "#gen/malla/accounts/v1/account_pb.js";
import { AccountsService } from "#gen/malla/accounts/v1/accounts_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { type Call, callOf } from "#platform/rpc/call.ts";
import { closed } from "../domain/account.ts";
import { accountsRefused } from "../errors.ts";
import { accountFact } from "../events/outbox.ts";
import { fromAccount, idOf } from "../mapping.ts";
import { readBalance } from "../peers/ledger-accounts.ts";
import type { AccountsDeps, AccountsHandlers } from "../service.ts";
import { findAccount, updateAccountState } from "../store/account-store.ts";
import { hasOperationsUnderWay } from "../store/operation-store.ts";

/** Longest wait for the ledger while the account is locked, in milliseconds: operations on it wait as long. */
const BALANCE_TIMEOUT_MS = 2_000;

/**
 * Ends an account. All of it happens with the account's row locked: every operation is decided under a share of that
 * lock, so none can be decided meanwhile; those decided before have ended; so the balance read stays the balance.
 */
export function closeAccount({ database, outbox, ledger, now }: AccountsDeps): AccountsHandlers["closeAccount"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, AccountsService.method.closeAccount, request, async () => {
        const before = await findAccount(transaction, idOf(request.name), "update");
        if (before === undefined) {
          throw accountsRefused("account_not_found", { name: request.name });
        }
        const operationsUnderWay = await hasOperationsUnderWay(transaction, before.id);
        const balance = await readBalance(ledger, hurried(call), before);
        const after = closed(before, { operationsUnderWay, balance }, now());
        if (typeof after === "string") {
          throw accountsRefused(after, after === "account_not_open" ? { state: before.state.toUpperCase() } : {});
        }
        await updateAccountState(transaction, after);
        await outbox.append(transaction, [accountFact(call.tenant, "closed", after)]);
        return create(AccountSchema, fromAccount(after));
      }),
    );
  };
}

function hurried(call: Call): Call {
  return { ...call, deadlineMs: Math.min(call.deadlineMs, Date.now() + BALANCE_TIMEOUT_MS) };
}
