/** Checks messages by the rules of buf.validate in their descriptors. */
import type { DescMessage, Message, Registry } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator } from "@bufbuild/protovalidate";
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";

/** Refuses a message that breaks a rule. */
export type MessageCheck = (desc: DescMessage, message: Message) => void;

/** Makes a check. It throws INVALID_ARGUMENT that names every field at fault (google.rpc.BadRequest). */
export function createMessageCheck(registry: Registry): MessageCheck {
  const validator = createValidator({ registry });
  return (desc, message) => {
    const result = validator.validate(desc, message);
    if (result.kind === "error") {
      throw result.error;
    }
    if (result.kind === "valid") {
      return;
    }
    const fieldViolations = result.violations.map((violation) => ({
      field: pathToString(violation.field),
      description: violation.message,
      reason: violation.ruleId,
    }));
    throw new ConnectError(
      fieldViolations.map(({ field, description }) => `${field}: ${description}`).join("; "),
      Code.InvalidArgument,
      undefined,
      [
        { desc: ErrorInfoSchema, value: { reason: "VALIDATION_FAILED", domain: "transcoder" } },
        { desc: BadRequestSchema, value: { fieldViolations } },
      ],
    );
  };
}
