/** Asks a vendor how a verification stands: by its reference, or, where none was heard, by the request that began it. */
import { Code, ConnectError } from "@connectrpc/connect";
import { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import type { Call } from "#platform/rpc/call.ts";
import { isEnd } from "../domain/decide.ts";
import { vendorCall } from "../peers/ask-vendor.ts";
import { requireVerification } from "../peers/check-answer.ts";
import type { KycDeps } from "../service.ts";
import type { Verification } from "../store/verification-store.ts";
import { keyOf } from "./start.ts";
import { moveTo, type Said, takeIn, takeInDoubt } from "./take-in.ts";

/** The verification as it is now. @throws where the vendor gives no usable answer: it stays as it is */
export async function refresh(deps: KycDeps, call: Call, known: Verification): Promise<Verification> {
  if (hasExpired(deps, known)) {
    return moveTo(deps, call, known.id, "expired");
  }
  if (isEnd(known.state) || known.isAccepted !== null || isBeingBegun(deps, known)) {
    return known;
  }
  if (known.state === "pending") {
    // Whoever asked for it died before hearing: from here on callers know of it.
    await takeInDoubt(deps, call, known.id, undefined);
  }
  try {
    return await takeIn(deps, call, known.id, await read(deps, vendorCall(call, deps.vendorTimeoutMs), known));
  } catch (error) {
    if (known.reference === null && isNotFound(error)) {
      return moveTo(deps, call, known.id, "cancelled");
    }
    throw error;
  }
}

async function read({ vendors }: KycDeps, call: Call, known: Verification): Promise<Said> {
  const { vendor, reference } = known;
  const by =
    reference === null
      ? { case: "requestId" as const, value: known.id }
      : { case: "reference" as const, value: reference };
  if (vendor !== null) {
    const said = await vendors.at(vendor, call).readVerification({ by });
    return { vendor, said: requireVerification(said, known, vendor) };
  }
  // Nobody noted whom it was begun with: whoever the binding names for the same key.
  const asked = await vendors.begin(call, KycProviderService.method.readVerification, keyOf(known), { by });
  return { vendor: asked.vendor, said: requireVerification(asked.response, known, asked.vendor) };
}

function hasExpired({ now }: KycDeps, { state, expireTime }: Verification): boolean {
  return state === "passed" && expireTime !== null && expireTime <= now();
}

/** Whether the call that begins it may still be under way: who asks now could hear that there is none. */
function isBeingBegun({ now, vendorTimeoutMs }: KycDeps, { state, createTime }: Verification): boolean {
  return state === "pending" && now().getTime() < createTime.getTime() + vendorTimeoutMs;
}

function isNotFound(error: unknown): boolean {
  return (
    error instanceof ConnectError &&
    error.code === Code.NotFound &&
    errorInfoOf(error)?.reason === "VERIFICATION_NOT_FOUND"
  );
}
