/** Reads an authorization at its vendor, and takes in what it says. */
import { meshError } from "#platform/errors/mesh-errors.ts";
import type { Call } from "#platform/rpc/call.ts";
import { takeIn } from "../domain/authorization.ts";
import { authorizationFacts } from "../events/outbox.ts";
import { vendorCall } from "../peers/ask-vendor.ts";
import { checkAuthorization, toSnapshot } from "../peers/check-answer.ts";
import type { CardsDeps } from "../service.ts";
import { findAuthorization, updateAuthorization } from "../store/authorization-store.ts";
import { findCard } from "../store/card-store.ts";
import { findUnended } from "../store/request-store.ts";

/** Ends a doubt too, unless an answer is still lacking. */
export async function readAnew(deps: CardsDeps, call: Call, id: string): Promise<void> {
  const { known, card } = await deps.database.tenant(call, async (transaction) => {
    const authorization = await findAuthorization(transaction, id);
    return { known: authorization, card: await findCard(transaction, authorization?.cardId ?? "") };
  });
  if (known?.vendorAuthorization == null || card?.vendorCard == null) {
    return;
  }
  const vendor = deps.vendors.at(known.vendor, vendorCall(call, deps.vendorTimeoutMs));
  const said = await vendor.readAuthorization({ authorization: known.vendorAuthorization });
  const { vendorCard } = card;
  usable(() => checkAuthorization(said, known, vendorCard));
  await deps.database.tenant(call, async (transaction) => {
    const now = await findAuthorization(transaction, id, "update");
    if (now === undefined || (now.state === "unknown" && (await findUnended(transaction, id)).length > 0)) {
      return;
    }
    const after = { ...takeIn(now, toSnapshot(said, now)), updateTime: deps.now() };
    await updateAuthorization(transaction, call.tenant, after);
    await deps.outbox.append(transaction, authorizationFacts(call.tenant, now, after));
  });
}

/** @throws VENDOR_ANSWER_INVALID where a check of an answer throws. */
export function usable(check: () => void): void {
  try {
    check();
  } catch (cause) {
    throw meshError("VENDOR_ANSWER_INVALID", { cause });
  }
}
