/** Looks at vendors' answers before anything is done with them: what breaks the contract is not used. */
import assert from "node:assert/strict";
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { type ProviderVerification, ProviderVerificationSchema } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { VerificationState } from "#gen/malla/kyc/v1/verification_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { unknownValueIn } from "#platform/mesh/check-answer.ts";
import { validateMessage } from "#platform/rpc/validate.ts";
import type { Verification } from "../store/verification-store.ts";

/** What keeps the contract's rules. @throws VENDOR_ANSWER_INVALID */
export function requireValid<Desc extends DescMessage>(
  desc: Desc,
  said: MessageShape<Desc>,
  vendor: string,
  check?: () => void,
): MessageShape<Desc> {
  try {
    validateMessage(desc, said);
    assert.equal(unknownValueIn(desc, said), undefined, "a value that the contract does not know");
    check?.();
    return said;
  } catch (cause) {
    throw meshError("VENDOR_ANSWER_INVALID", { metadata: { vendor }, cause });
  }
}

/** What can be true of the verification that we mean. @throws VENDOR_ANSWER_INVALID */
export function requireVerification(
  said: ProviderVerification,
  known: Pick<Verification, "reference" | "version">,
  vendor: string,
): ProviderVerification {
  return requireValid(ProviderVerificationSchema, said, vendor, () => {
    assert.ok(known.reference === null || known.reference === said.reference, "another verification");
    assert.ok(said.version >= known.version, "a version before one that was told");
    const hasHeld = said.state === VerificationState.PASSED || said.state === VerificationState.EXPIRED;
    assert.ok(!hasHeld || said.expireTime !== undefined, "until when it holds is missing");
  });
}
