import { create } from "@bufbuild/protobuf";
import { OperationSchema } from "#gen/malla/accounts/v1/account_pb.js";
import { AccountsService } from "#gen/malla/accounts/v1/accounts_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { fromOperation, idOf, toAmount } from "../mapping.ts";
import { carryOut } from "../sagas/carry-out-operation.ts";
import type { AccountsDeps, AccountsHandlers } from "../service.ts";
import { requestKey } from "../store/request-keys.ts";

/** Moves funds to another account of the tenant. */
export function transfer(deps: AccountsDeps): AccountsHandlers["transfer"] {
  return async (request, context) => {
    const key = requestKey(AccountsService.method.transfer, request);
    const operation = await carryOut(deps, callOf(context), key, {
      kind: "transfer",
      accountId: idOf(request.name),
      creditorAccountId: idOf(request.creditorAccount),
      amount: toAmount(request.amount),
      description: request.description,
    });
    return create(OperationSchema, fromOperation(operation));
  };
}
