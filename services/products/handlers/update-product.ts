import { create } from "@bufbuild/protobuf";
import { type Product as ProductMessage, ProductSchema } from "#gen/malla/products/v1/product_pb.js";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { validateMessage } from "#platform/rpc/validate.ts";
import { faultOfTerms, type Product, type Terms, withTerms } from "../domain/product.ts";
import { productRefused } from "../errors.ts";
import { productFact } from "../events/outbox.ts";
import { fromProduct, productIdOf, toTerms } from "../mapping.ts";
import type { ProductsDeps, ProductsHandlers } from "../service.ts";
import { findProduct, updateProductRow } from "../store/product-store.ts";

const CHANGEABLE: Readonly<Record<string, keyof Terms>> = {
  display_name: "displayName",
  overdraft_limit: "overdraftLimit",
  annual_interest_basis_points: "annualInterestBasisPoints",
  fees: "fees",
  limits: "limits",
};

/** Changes the terms that the mask names. */
export function updateProduct({ database, outbox, now }: ProductsDeps): ProductsHandlers["updateProduct"] {
  return (request, context) => {
    const call = callOf(context);
    const message = request.product ?? create(ProductSchema);
    const fields = maskedFields(request.updateMask?.paths ?? []);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, ProductsService.method.updateProduct, request, async () => {
        const before = await findProduct(transaction, productIdOf(message.name), "update");
        if (before === undefined) {
          throw productRefused("product_not_found", { name: message.name });
        }
        const after = withTerms(before, changes(before, message, fields), now());
        if (after === undefined) {
          throw productRefused("product_retired");
        }
        const fault = faultOfTerms(after);
        if (fault !== undefined) {
          throw productRefused(fault);
        }
        await updateProductRow(transaction, call.tenant, after);
        await outbox.append(transaction, [productFact(call.tenant, "updated", after)]);
        return create(ProductSchema, fromProduct(after));
      }),
    );
  };
}

function maskedFields(paths: readonly string[]): (keyof Terms)[] {
  return (paths.length === 0 ? [""] : paths).map((path) => {
    const field = CHANGEABLE[path];
    if (field === undefined) {
      throw productRefused("update_mask_invalid", { path });
    }
    return field;
  });
}

/** The new values of the masked fields, checked by the contract's rules as part of the whole product. */
function changes(before: Product, message: ProductMessage, fields: readonly (keyof Terms)[]): Partial<Terms> {
  const whole = create(ProductSchema, fromProduct(before));
  for (const field of fields) {
    Object.assign(whole, { [field]: message[field] });
  }
  validateMessage(ProductSchema, whole);
  const terms = toTerms(whole);
  return Object.fromEntries(fields.map((field) => [field, terms[field]]));
}
