/** What a vendor answers is held against the contract before it is used. */
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { validateMessage } from "#platform/rpc/validate.ts";

/** The answer where it keeps the contract's rules. @throws VENDOR_ANSWER_INVALID where it does not */
export function requireValid<Desc extends DescMessage>(
  desc: Desc,
  answer: MessageShape<Desc>,
  vendor: string,
): MessageShape<Desc> {
  try {
    validateMessage(desc, answer);
    return answer;
  } catch (cause) {
    throw invalidAnswer(vendor, cause);
  }
}

/** The error of an answer that cannot be used. */
export function invalidAnswer(vendor: string, cause: unknown) {
  return meshError("VENDOR_ANSWER_INVALID", { metadata: { vendor }, cause });
}
