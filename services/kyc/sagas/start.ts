/** Begins a verification: written down, its vendor asked, the answer taken in. The party itself is never written down. */
import { ConnectError } from "@connectrpc/connect";
import { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { type StartVerificationRequest, StartVerificationRequestSchema } from "#gen/malla/kyc/v1/kyc_service_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { fingerprint } from "#platform/idempotency/idempotent.ts";
import { failedAttemptOf } from "#platform/mesh/vendor-mesh.ts";
import type { Call } from "#platform/rpc/call.ts";
import { askVendor, vendorCall } from "../peers/ask-vendor.ts";
import { requireVerification } from "../peers/check-answer.ts";
import type { KycDeps } from "../service.ts";
import { deletePending, insertVerification, lockByRequest, type Verification } from "../store/verification-store.ts";
import { moveTo, type Said, takeIn, takeInDoubt } from "./take-in.ts";

/** How long a verification holds where nobody says: a year. */
const DEFAULT_VALID_SECONDS = 31_536_000n;

/** Begins it; sent again while the vendor's answer is lacking, asks the vendor again. */
export async function startVerification(
  deps: KycDeps,
  call: Call,
  request: StartVerificationRequest,
): Promise<Verification> {
  const known = await writeDown(deps, call, request);
  if (known.state !== "pending" && known.state !== "unknown") {
    return known;
  }
  if (known.reference !== null) {
    // Begun long ago; what is unknown is what became of a document.
    return known;
  }
  const outcome = await askVendor(() => begin(deps, vendorCall(call, deps.vendorTimeoutMs), known, request));
  switch (outcome.kind) {
    case "answered":
      return takeIn(deps, call, known.id, outcome.answer);
    case "refused":
      await giveUp(deps, call, known, outcome.error);
      throw outcome.error;
    case "unknown":
      deps.log.warn({ err: outcome.error, tenant: call.tenant, verification: known.id }, "a vendor did not say");
      return takeInDoubt(deps, call, known.id, outcome.vendor ?? vendorIn(outcome.error));
  }
}

/** The row of the request, made where it is new. @throws REQUEST_ID_REUSED */
async function writeDown(deps: KycDeps, call: Call, request: StartVerificationRequest): Promise<Verification> {
  const digest = fingerprint(StartVerificationRequestSchema, request);
  return deps.database.tenant(call, async (transaction) => {
    const before = await lockByRequest(transaction, call.tenant, request.requestId);
    if (before !== undefined) {
      if (!before.fingerprint.equals(digest)) {
        throw meshError("REQUEST_ID_REUSED");
      }
      return before;
    }
    const at = deps.now();
    const made: Verification = {
      id: deps.newId(),
      requestId: request.requestId,
      fingerprint: digest,
      state: "pending",
      vendor: null,
      reference: null,
      version: 0n,
      customer: request.customer,
      isMonitored: request.isMonitored,
      validSeconds: request.validDuration?.seconds ?? DEFAULT_VALID_SECONDS,
      steps: [],
      hits: [],
      neededDocuments: [],
      isAccepted: null,
      decidedBy: null,
      decisionReason: null,
      decideTime: null,
      createTime: at,
      updateTime: at,
      expireTime: null,
    };
    // Not before the call that is about to be made has ended.
    const resolveTime = new Date(at.getTime() + deps.vendorTimeoutMs + deps.resolveAfterMs);
    await insertVerification(transaction, call.tenant, made, resolveTime);
    return made;
  });
}

async function begin(
  { vendors }: KycDeps,
  call: Call,
  known: Verification,
  { party, needsDocument, isMonitored, customer, validDuration }: StartVerificationRequest,
): Promise<Said> {
  const asked = {
    // The verification's own id, so that asking again is the same request.
    requestId: known.id,
    ...(party === undefined ? {} : { party }),
    needsDocument,
    isMonitored,
    validDuration: validDuration ?? { seconds: DEFAULT_VALID_SECONDS },
  };
  if (known.vendor !== null) {
    const said = await vendors.at(known.vendor, call).beginVerification(asked);
    return { vendor: known.vendor, said: requireVerification(said, known, known.vendor) };
  }
  const method = KycProviderService.method.beginVerification;
  const { vendor, response } = await vendors.begin(call, method, keyOf({ ...known, customer }), asked);
  return { vendor, said: requireVerification(response, known, vendor) };
}

/** What a canary goes by. */
export function keyOf({ customer, id }: Pick<Verification, "customer" | "id">): string {
  return customer === "" ? id : customer;
}

/** Nobody began it: it never was, or, where callers heard of it, is cancelled. */
async function giveUp(deps: KycDeps, call: Call, known: Verification, error: unknown): Promise<void> {
  if (known.state === "pending") {
    await deps.database.tenant(call, (transaction) => deletePending(transaction, known.id));
  } else if (failedAttemptOf(error)?.outcome === "refused") {
    await moveTo(deps, call, known.id, "cancelled");
  }
}

/** The vendor that an answer which cannot be used came from. */
function vendorIn(error: unknown): string | undefined {
  return error instanceof ConnectError ? errorInfoOf(error)?.metadata["vendor"] : undefined;
}
