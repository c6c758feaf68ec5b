/** Enforces the contract's validation rules (buf.validate) on every request, at the edge and at the service. */
import type { DescMessage, Message } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator } from "@bufbuild/protovalidate";
import type { Interceptor } from "@connectrpc/connect";
import { meshError } from "../errors/mesh-errors.ts";
import { mapMessages } from "./map-messages.ts";
import { isPlainlyValid } from "./plainly-valid.ts";

const validator = createValidator();

/** Refuses with VALIDATION_FAILED, naming every field that breaks a rule. */
export function validateMessage(desc: DescMessage, message: Message): void {
  if (isPlainlyValid(desc, message)) {
    return;
  }
  const result = validator.validate(desc, message);
  if (result.kind === "error") {
    throw result.error;
  }
  if (result.kind === "invalid") {
    const violations = result.violations.map((violation) => ({
      field: pathToString(violation.field),
      description: violation.message,
    }));
    throw meshError("VALIDATION_FAILED", {
      message: violations.map(({ field, description }) => `${field}: ${description}`).join("; "),
      violations,
    });
  }
}

/** As an interceptor of calls of every kind; the messages of a stream are looked at one by one, as they are pulled. */
export const validateRequests: Interceptor = (next) => async (request) => {
  const { input } = request.method;
  if (request.stream) {
    const validated = mapMessages<Message, Message>(request.message, (message) => {
      validateMessage(input, message);
      return message;
    });
    return next({ ...request, message: validated });
  }
  validateMessage(input, request.message);
  return next(request);
};
