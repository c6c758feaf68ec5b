import { create } from "@bufbuild/protobuf";
import { KycService } from "#gen/malla/kyc/v1/kyc_service_pb.js";
import { VerificationSchema } from "#gen/malla/kyc/v1/verification_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { refusalOf } from "../domain/decide.ts";
import { kycRefused } from "../errors.ts";
import { fromVerification } from "../mapping.ts";
import { askVendor, vendorCall } from "../peers/ask-vendor.ts";
import { requireVerification } from "../peers/check-answer.ts";
import { requireKnown } from "../sagas/find.ts";
import { takeIn, takeInDoubt } from "../sagas/take-in.ts";
import type { KycDeps, KycHandlers } from "../service.ts";

/** Gives a verification up, at its vendor first; sent again, it asks the vendor again, who does it once. */
export function cancelVerification(deps: KycDeps): KycHandlers["cancelVerification"] {
  return async (request, context) => {
    const call = callOf(context);
    const known = await requireKnown(deps, call, request.name);
    const { vendor, reference, state } = known;
    if (refusalOf(state, "cancel") !== undefined || (state !== "cancelled" && reference === null)) {
      throw kycRefused("verification_state_not_allowed", { state });
    }
    let after = known;
    if (state !== "cancelled" && vendor !== null && reference !== null) {
      const client = deps.vendors.at(vendor, vendorCall(call, deps.vendorTimeoutMs));
      const outcome = await askVendor(async () => {
        const said = await client.abandonVerification({ reference, requestId: request.requestId });
        return requireVerification(said, known, vendor);
      });
      if (outcome.kind !== "answered") {
        if (outcome.kind === "unknown") {
          await takeInDoubt(deps, call, known.id, vendor);
        }
        throw outcome.error;
      }
      after = await takeIn(deps, call, known.id, { vendor, said: outcome.answer });
    }
    return deps.database.tenant(call, (transaction) =>
      idempotent(transaction, call, KycService.method.cancelVerification, request, async () =>
        create(VerificationSchema, fromVerification(after)),
      ),
    );
  };
}
