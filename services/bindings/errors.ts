/** How a refusal reads to the caller: one table. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { BindingsErrorReason } from "#gen/malla/bindings/v1/bindings_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";
import type { BindingRefusal } from "./domain/binding.ts";

type Reason = Exclude<keyof typeof BindingsErrorReason, "UNSPECIFIED">;

const REFUSALS = {
  binding_not_found: [Code.NotFound, "BINDING_NOT_FOUND", "the tenant has no binding of this capability"],
  vendor_not_found: [Code.FailedPrecondition, "VENDOR_NOT_FOUND", "no vendor of this name has registered"],
  vendor_unreachable: [
    Code.FailedPrecondition,
    "VENDOR_UNREACHABLE",
    "the vendor holds no lease or does not answer at its address with its certificate",
  ],
  vendor_not_certified: [
    Code.FailedPrecondition,
    "VENDOR_NOT_CERTIFIED",
    "certification is required and the vendor has no valid certificate of it for the version that it runs",
  ],
  vendor_repeated: [Code.InvalidArgument, "VENDOR_REPEATED", "one vendor stands in two places of the binding"],
  etag_mismatch: [Code.Aborted, "ETAG_MISMATCH", "the binding changed meanwhile; read it again"],
  not_the_vendor: [Code.PermissionDenied, "NOT_THE_VENDOR", "the caller's certificate is not of this vendor"],
  certificate_invalid: [Code.InvalidArgument, "CERTIFICATE_INVALID", "the conformance certificate proves nothing here"],
  vendor_not_registered: [Code.FailedPrecondition, "VENDOR_NOT_REGISTERED", "the vendor holds no lease; register"],
  tenant_not_the_mesh: [Code.PermissionDenied, "TENANT_NOT_THE_MESH", 'this is said in the tenant "malla" only'],
  capabilities_mismatch: [
    Code.InvalidArgument,
    "CAPABILITIES_MISMATCH",
    "the capability or name is another than the certificate's",
  ],
} as const satisfies Record<BindingRefusal, readonly [Code, Reason, string]>;

/** Makes the error of a refusal. */
export function bindingRefused(refusal: BindingRefusal, metadata: Record<string, string> = {}): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "bindings.malla", message, metadata });
}

/** The error of a vendor that was asked for by its name and does not exist. */
export function noSuchVendor(name: string): ConnectError {
  const [, reason, message] = REFUSALS.vendor_not_found;
  return rpcError({ code: Code.NotFound, reason, domain: "bindings.malla", message, metadata: { vendor: name } });
}
