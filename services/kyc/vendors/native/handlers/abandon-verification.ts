import { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { isOpen } from "../domain/decide.ts";
import { kycRefused } from "../errors.ts";
import { fromKept } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { changeVerification } from "../store/verification-store.ts";
import { requireVerification } from "./require-verification.ts";

/** Gives a verification up. */
export function abandonVerification({ database, now }: NativeDeps): NativeHandlers["abandonVerification"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, KycProviderService.method.abandonVerification, request, async () => {
        const kept = await requireVerification(transaction, request.reference, now());
        if (kept.state === "cancelled") {
          return fromKept(kept);
        }
        if (!isOpen(kept.state)) {
          throw kycRefused("state_not_allowed", { state: kept.state.toUpperCase() });
        }
        return fromKept(await changeVerification(transaction, kept, { state: "cancelled" }));
      }),
    );
  };
}
