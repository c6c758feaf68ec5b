/** Enforces the contract's validation rules (buf.validate) on every request, at the edge and at the service. */
import type { DescMessage, Message } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator } from "@bufbuild/protovalidate";
import type { Interceptor } from "@connectrpc/connect";
import { meshError } from "../errors/mesh-errors.ts";

const validator = createValidator();

/** Refuses with VALIDATION_FAILED, naming every field that breaks a rule. */
export function validateMessage(desc: DescMessage, message: Message): void {
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

/** As an interceptor of unary and server streaming calls. */
export const validateRequests: Interceptor = (next) => async (request) => {
  if (request.stream) {
    const { message, method } = request;
    return next({ ...request, message: validated(method.input, message) });
  }
  validateMessage(request.method.input, request.message);
  return next(request);
};

async function* validated(desc: DescMessage, messages: AsyncIterable<Message>): AsyncGenerator<Message> {
  for await (const message of messages) {
    validateMessage(desc, message);
    yield message;
  }
}
