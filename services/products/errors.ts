/** How a refusal reads to the caller: one table. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { ProductsErrorReason } from "#gen/malla/products/v1/products_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";
import type { ProductRefusal } from "./domain/product.ts";

type Reason = Exclude<keyof typeof ProductsErrorReason, "UNSPECIFIED">;

const REFUSALS = {
  product_not_found: [Code.NotFound, "PRODUCT_NOT_FOUND", "no such product"],
  product_exists: [Code.AlreadyExists, "PRODUCT_EXISTS", "the tenant has a product with this id"],
  currency_unknown: [Code.InvalidArgument, "CURRENCY_UNKNOWN", "not a currency of ISO 4217"],
  operation_repeated: [Code.InvalidArgument, "OPERATION_REPEATED", "two fees or two limits for one operation"],
  update_mask_invalid: [
    Code.InvalidArgument,
    "UPDATE_MASK_INVALID",
    "the mask is empty or names what cannot be changed",
  ],
  product_retired: [Code.FailedPrecondition, "PRODUCT_RETIRED", "the product is retired"],
} as const satisfies Record<ProductRefusal, readonly [Code, Reason, string]>;

/** Makes the error of a refusal. */
export function productRefused(refusal: ProductRefusal, metadata: Record<string, string> = {}): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "products.malla", message, metadata });
}
