import { CardsProviderService, type ProvideCardRequest } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { type Call, callOf } from "#platform/rpc/call.ts";
import { cardsRefused } from "../errors.ts";
import { ensureSettlementAccount, findFundingAccount } from "../ledger/accounts.ts";
import { fromCard, toControls, toForm } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { issueCard } from "./issue.ts";
import { checkLimits } from "./set-card-controls.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Issues a card on an account of the ledger. */
export function provideCard(deps: NativeDeps): NativeHandlers["provideCard"] {
  return async (request, context) => {
    const call = callOf(context);
    await requireFunds(deps, call, request);
    checkLimits(request.controls, request.currencyCode);
    return deps.database.tenant(call, (transaction) =>
      idempotent(transaction, call, CardsProviderService.method.provideCard, request, async () => {
        const { form, fundingAccount, currencyCode, controls } = request;
        const wanted = {
          form: toForm(form),
          fundingAccount,
          currencyCode,
          controls: toControls(controls),
          replaces: null,
        };
        return fromCard(await issueCard(deps, transaction, call.tenant, wanted));
      }),
    );
  };
}

/** The holder's account must exist in this currency; the one of settlement is made with the first card. */
async function requireFunds(
  { ledger }: NativeDeps,
  call: Call,
  { fundingAccount, currencyCode }: ProvideCardRequest,
): Promise<void> {
  const account = UUID.test(fundingAccount) ? await findFundingAccount(ledger, call, fundingAccount) : undefined;
  if (account === undefined) {
    throw cardsRefused("funding_account_not_found");
  }
  if (account.currencyCode !== currencyCode) {
    throw cardsRefused("currency_mismatch");
  }
  await ensureSettlementAccount(ledger, call, currencyCode);
}
