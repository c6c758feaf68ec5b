/** What the products service needs, and the RPCs it answers. */
import type { ServiceImpl } from "@connectrpc/connect";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import type { Outbox } from "#platform/outbox/append.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import { settings } from "./config.ts";
import { createProduct } from "./handlers/create-product.ts";
import { getProduct } from "./handlers/get-product.ts";
import { listProducts } from "./handlers/list-products.ts";
import { retireProduct } from "./handlers/retire-product.ts";
import { updateProduct } from "./handlers/update-product.ts";

/** What handlers work with. */
export interface ProductsDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  /** The time now. */
  readonly now: () => Date;
}

/** Types of the RPCs. */
export type ProductsHandlers = ServiceImpl<typeof ProductsService>;

/** Makes the service. */
export function createProductsService(deps: ProductsDeps): ProductsHandlers {
  return {
    createProduct: createProduct(deps),
    getProduct: getProduct(deps),
    listProducts: listProducts(deps),
    updateProduct: updateProduct(deps),
    retireProduct: retireProduct(deps),
  };
}

/** The service as a program. */
export const productsProgram: ServiceProgram<typeof settings> = {
  name: "products",
  settings,
  migrations: new URL("./store/migrations", import.meta.url),
  open({ database, outbox }) {
    const deps: ProductsDeps = { database, outbox, now: () => new Date() };
    return { services: [served(ProductsService, createProductsService(deps))] };
  },
};
