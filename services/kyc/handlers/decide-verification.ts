import { create } from "@bufbuild/protobuf";
import { KycService } from "#gen/malla/kyc/v1/kyc_service_pb.js";
import { VerificationSchema } from "#gen/malla/kyc/v1/verification_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { refusalOf } from "../domain/decide.ts";
import { kycRefused } from "../errors.ts";
import { verificationFacts } from "../events/outbox.ts";
import { decidedSteps, fromVerification, idOf } from "../mapping.ts";
import type { KycDeps, KycHandlers } from "../service.ts";
import { findVerification, updateVerification, type Verification } from "../store/verification-store.ts";

/** Decides about a verification in review. From then on its vendor is not heard on it. */
export function decideVerification({ database, outbox, now }: KycDeps): KycHandlers["decideVerification"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, KycService.method.decideVerification, request, async () => {
        const known = await findVerification(transaction, idOf(request.name), "update");
        const refusal = refusalOf(known?.state, "decide");
        if (known === undefined || refusal !== undefined) {
          const metadata = known === undefined ? { name: request.name } : { state: known.state };
          throw kycRefused(refusal ?? "verification_not_found", metadata);
        }
        const at = now();
        const { isAccepted } = request;
        const state = isAccepted ? "passed" : "failed";
        const after: Verification = {
          ...known,
          state,
          steps: decidedSteps(known.steps, isAccepted),
          isAccepted,
          decidedBy: call.principal,
          decisionReason: request.reason,
          decideTime: at,
          updateTime: at,
          expireTime: isAccepted ? new Date(at.getTime() + Number(known.validSeconds) * 1_000) : null,
        };
        await updateVerification(transaction, after);
        await outbox.append(transaction, verificationFacts(call.tenant, known.state, [state], after));
        return create(VerificationSchema, fromVerification(after));
      }),
    );
  };
}
