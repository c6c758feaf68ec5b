import type { GetBalanceRequest } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { idOfUuid } from "../domain/id.ts";
import { ledgerRefused } from "../errors.ts";
import { fromBalance, toDay, toTimeNs } from "../mapping.ts";
import type { LedgerDeps, LedgerHandlers } from "../service.ts";
import type { Moment } from "../store/ledger.ts";

/** Reads what an account holds now, or held at a past moment if it keeps history. */
export function getBalance({ ledger }: LedgerDeps): LedgerHandlers["getBalance"] {
  return async (request, context) => {
    const call = callOf(context);
    const [account] = await ledger.lookupAccounts(call, [idOfUuid(request.accountId)]);
    if (account === undefined) {
      throw ledgerRefused("account_not_found", { account_id: request.accountId });
    }
    const moment = toMoment(request.moment);
    if (moment === undefined) {
      return fromBalance(account, account);
    }
    if (!account.keepsHistory) {
      throw ledgerRefused("account_keeps_no_history", { account_id: request.accountId });
    }
    return fromBalance(account, await ledger.pastBalance(call, account, moment));
  };
}

/** Past every time that the ledger can give: 2262. */
const MAX_TIME_NS = 2n ** 63n - 1n;

function toMoment(moment: GetBalanceRequest["moment"]): Moment | undefined {
  switch (moment.case) {
    case undefined:
      return undefined;
    case "bookTime": {
      const timeNs = toTimeNs(moment.value);
      return { bookTimeNs: timeNs > MAX_TIME_NS ? MAX_TIME_NS : timeNs };
    }
    case "valueDate": {
      const valueDate = toDay(moment.value);
      if (Number.isNaN(valueDate)) {
        throw ledgerRefused("value_date_invalid");
      }
      return { valueDate };
    }
  }
}
