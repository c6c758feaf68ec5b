import { create } from "@bufbuild/protobuf";
import { AccountSchema } from "#gen/malla/accounts/v1/account_pb.js";
import { AccountsService } from "#gen/malla/accounts/v1/accounts_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { unblocked } from "../domain/account.ts";
import { accountsRefused } from "../errors.ts";
import { accountFact } from "../events/outbox.ts";
import { fromAccount, idOf } from "../mapping.ts";
import type { AccountsDeps, AccountsHandlers } from "../service.ts";
import { findAccount, updateAccountState } from "../store/account-store.ts";

/** Lets a blocked account move again. */
export function unblockAccount({ database, outbox, now }: AccountsDeps): AccountsHandlers["unblockAccount"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, AccountsService.method.unblockAccount, request, async () => {
        const before = await findAccount(transaction, idOf(request.name), "update");
        if (before === undefined) {
          throw accountsRefused("account_not_found", { name: request.name });
        }
        const after = unblocked(before, now());
        if (typeof after === "string") {
          throw accountsRefused(after);
        }
        if (after !== before) {
          await updateAccountState(transaction, after);
          await outbox.append(transaction, [accountFact(call.tenant, "unblocked", after)]);
        }
        return create(AccountSchema, fromAccount(after));
      }),
    );
  };
}
