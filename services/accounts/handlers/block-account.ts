import { create } from "@bufbuild/protobuf";
import { AccountSchema } from "#gen/malla/accounts/v1/account_pb.js";
import { AccountsService } from "#gen/malla/accounts/v1/accounts_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { blocked } from "../domain/account.ts";
import { accountsRefused } from "../errors.ts";
import { accountFact } from "../events/outbox.ts";
import { fromAccount, idOf } from "../mapping.ts";
import type { AccountsDeps, AccountsHandlers } from "../service.ts";
import { findAccount, updateAccountState } from "../store/account-store.ts";

/** Stops all movements of an account. Operations that were decided before still end. */
export function blockAccount({ database, outbox, now }: AccountsDeps): AccountsHandlers["blockAccount"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, AccountsService.method.blockAccount, request, async () => {
        const before = await findAccount(transaction, idOf(request.name), "update");
        if (before === undefined) {
          throw accountsRefused("account_not_found", { name: request.name });
        }
        const after = blocked(before, now());
        if (typeof after === "string") {
          throw accountsRefused(after);
        }
        if (after !== before) {
          await updateAccountState(transaction, after);
          await outbox.append(transaction, [accountFact(call.tenant, "blocked", after)]);
        }
        return create(AccountSchema, fromAccount(after));
      }),
    );
  };
}
