import { create } from "@bufbuild/protobuf";
import { ProductSchema } from "#gen/malla/products/v1/product_pb.js";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { isCurrencyCode } from "#platform/money/currency.ts";
import { callOf } from "#platform/rpc/call.ts";
import { faultOfTerms, type Product } from "../domain/product.ts";
import { productRefused } from "../errors.ts";
import { productFact } from "../events/outbox.ts";
import { fromProduct, toTerms } from "../mapping.ts";
import type { ProductsDeps, ProductsHandlers } from "../service.ts";
import { insertProduct } from "../store/product-store.ts";

/** Adds a product to the catalogue. */
export function createProduct({ database, outbox, now }: ProductsDeps): ProductsHandlers["createProduct"] {
  return (request, context) => {
    const call = callOf(context);
    const message = request.product ?? create(ProductSchema);
    const terms = toTerms(message);
    const fault = isCurrencyCode(message.currencyCode) ? faultOfTerms(terms) : "currency_unknown";
    if (fault !== undefined) {
      throw productRefused(fault, { currency_code: message.currencyCode });
    }
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, ProductsService.method.createProduct, request, async () => {
        const at = now();
        const product: Product = {
          ...terms,
          id: request.productId,
          regionCode: message.regionCode,
          currencyCode: message.currencyCode,
          state: "active",
          version: 1n,
          createTime: at,
          updateTime: at,
        };
        if (!(await insertProduct(transaction, call.tenant, product))) {
          throw productRefused("product_exists", { name: `products/${product.id}` });
        }
        await outbox.append(transaction, [productFact(call.tenant, "created", product)]);
        return create(ProductSchema, fromProduct(product));
      }),
    );
  };
}
