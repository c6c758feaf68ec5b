import { create } from "@bufbuild/protobuf";
import { ProductSchema } from "#gen/malla/products/v1/product_pb.js";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { retired } from "../domain/product.ts";
import { productRefused } from "../errors.ts";
import { productFact } from "../events/outbox.ts";
import { fromProduct, productIdOf } from "../mapping.ts";
import type { ProductsDeps, ProductsHandlers } from "../service.ts";
import { findProduct, updateProductRow } from "../store/product-store.ts";

/** Takes a product out of the catalogue. */
export function retireProduct({ database, outbox, now }: ProductsDeps): ProductsHandlers["retireProduct"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, ProductsService.method.retireProduct, request, async () => {
        const before = await findProduct(transaction, productIdOf(request.name), "update");
        if (before === undefined) {
          throw productRefused("product_not_found", { name: request.name });
        }
        const after = retired(before, now());
        if (after !== before) {
          await updateProductRow(transaction, call.tenant, after);
          await outbox.append(transaction, [productFact(call.tenant, "retired", after)]);
        }
        return create(ProductSchema, fromProduct(after));
      }),
    );
  };
}
