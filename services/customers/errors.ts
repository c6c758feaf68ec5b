/** How a refusal reads to the caller: one table. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { CustomersErrorReason } from "#gen/malla/customers/v1/customers_errors_pb.js";
import { type FieldViolation, rpcError } from "#platform/errors/rpc-error.ts";
import type { CustomerRefusal } from "./domain/customer.ts";

type Reason = Exclude<keyof typeof CustomersErrorReason, "UNSPECIFIED">;

const REFUSALS = {
  customer_not_found: [Code.NotFound, "CUSTOMER_NOT_FOUND", "no such customer"],
  tax_identifier_type_repeated: [
    Code.InvalidArgument,
    "TAX_IDENTIFIER_TYPE_REPEATED",
    "one type of identifier came twice",
  ],
  tax_identifier_not_for_person: [
    Code.InvalidArgument,
    "TAX_IDENTIFIER_NOT_FOR_PERSON",
    "this identifier is for the other kind of person",
  ],
  tax_identifier_invalid: [
    Code.InvalidArgument,
    "TAX_IDENTIFIER_INVALID",
    "length, characters or check digits are wrong",
  ],
  tax_identifier_taken: [Code.AlreadyExists, "TAX_IDENTIFIER_TAKEN", "another customer has this identifier"],
  birth_date_invalid: [
    Code.InvalidArgument,
    "BIRTH_DATE_INVALID",
    "expected a day of the calendar in the last 150 years",
  ],
  update_mask_invalid: [
    Code.InvalidArgument,
    "UPDATE_MASK_INVALID",
    "the mask is empty or names what cannot be changed",
  ],
  customer_closed: [Code.FailedPrecondition, "CUSTOMER_CLOSED", "the customer is closed"],
  etag_mismatch: [Code.Aborted, "ETAG_MISMATCH", "the customer changed meanwhile; read it again"],
} as const satisfies Record<CustomerRefusal, readonly [Code, Reason, string]>;

/** Makes the error of a refusal; `field` is the path of the field that was wrong. Values are never repeated. */
export function customerRefused(
  refusal: CustomerRefusal,
  metadata: Record<string, string> = {},
  field?: string,
): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  const violations: FieldViolation[] = field === undefined ? [] : [{ field, description: message }];
  return rpcError({
    code,
    reason,
    domain: "customers.malla",
    message,
    metadata,
    ...(violations.length === 0 ? {} : { violations }),
  });
}
