/** What accounts ask of products. */
import { Operation, type Product, Product_State } from "#gen/malla/products/v1/product_pb.js";
import type { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import type { MeshClient } from "#platform/rpc/mesh-client.ts";
import type { OfferedProduct } from "../domain/opening.ts";
import { NO_FEE, NO_LIMIT, type OperationKind, type Terms } from "../domain/terms.ts";
import { ask, askFor } from "./ask.ts";

type Products = MeshClient<typeof ProductsService>;

const OPERATIONS = {
  deposit: Operation.DEPOSIT,
  withdrawal: Operation.WITHDRAWAL,
  transfer: Operation.TRANSFER,
} as const satisfies Record<OperationKind, Operation>;

/** Reads a product, "products/{product}", as it is offered; undefined where there is none. */
export async function readOffer(products: Products, call: Call, name: string): Promise<OfferedProduct | undefined> {
  const product = await askFor("products", products.for(call).getProduct({ name }));
  return product === undefined
    ? undefined
    : {
        active: product.state === Product_State.ACTIVE,
        regionCode: product.regionCode,
        currencyCode: product.currencyCode,
        overdraftLimit: product.overdraftLimit,
      };
}

/** Reads the newest terms of a product that accounts are held of; products are never removed. */
export async function readTerms(products: Products, call: Call, name: string, kind: OperationKind): Promise<Terms> {
  return termsOf(await ask("products", products.for(call).getProduct({ name })), kind);
}

function termsOf(product: Product, kind: OperationKind): Terms {
  const operation = OPERATIONS[kind];
  return {
    fee: product.fees.find((fee) => fee.operation === operation) ?? NO_FEE,
    limit: product.limits.find((limit) => limit.operation === operation) ?? NO_LIMIT,
  };
}
