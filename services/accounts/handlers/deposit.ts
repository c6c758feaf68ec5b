import { create } from "@bufbuild/protobuf";
import { OperationSchema } from "#gen/malla/accounts/v1/account_pb.js";
import { AccountsService } from "#gen/malla/accounts/v1/accounts_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { fromOperation, idOf, toAmount } from "../mapping.ts";
import { carryOut } from "../sagas/carry-out-operation.ts";
import type { AccountsDeps, AccountsHandlers } from "../service.ts";
import { requestKey } from "../store/request-keys.ts";

/** Takes funds in. */
export function deposit(deps: AccountsDeps): AccountsHandlers["deposit"] {
  return async (request, context) => {
    const key = requestKey(AccountsService.method.deposit, request);
    const operation = await carryOut(deps, callOf(context), key, {
      kind: "deposit",
      accountId: idOf(request.name),
      creditorAccountId: undefined,
      amount: toAmount(request.amount),
      description: request.description,
    });
    return create(OperationSchema, fromOperation(operation));
  };
}
