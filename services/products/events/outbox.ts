/** The facts that products tell. */
import {
  ProductCreatedSchema,
  ProductRetiredSchema,
  ProductUpdatedSchema,
} from "#gen/malla/products/v1/products_events_pb.js";
import { type Fact, fact } from "#platform/outbox/append.ts";
import type { Product } from "../domain/product.ts";
import { fromProduct } from "../mapping.ts";

const TYPES = { created: ProductCreatedSchema, updated: ProductUpdatedSchema, retired: ProductRetiredSchema } as const;

/** What happened to a product. */
export function productFact(tenant: string, what: keyof typeof TYPES, product: Product): Fact {
  return fact({
    tenant,
    type: TYPES[what],
    subject: `products/${product.id}`,
    time: product.updateTime,
    data: { product: fromProduct(product) },
  });
}
