import { callOf } from "#platform/rpc/call.ts";
import { productRefused } from "../errors.ts";
import { fromProduct, productIdOf } from "../mapping.ts";
import type { ProductsDeps, ProductsHandlers } from "../service.ts";
import { findProduct } from "../store/product-store.ts";

/** Reads a product. */
export function getProduct({ database }: ProductsDeps): ProductsHandlers["getProduct"] {
  return async (request, context) => {
    const product = await database.tenant(callOf(context), (transaction) =>
      findProduct(transaction, productIdOf(request.name)),
    );
    if (product === undefined) {
      throw productRefused("product_not_found", { name: request.name });
    }
    return fromProduct(product);
  };
}
