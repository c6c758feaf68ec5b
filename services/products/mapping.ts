/** Products of the contract to products of the domain, and back. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  Operation,
  Product_State,
  type Product as ProductMessage,
  type ProductSchema,
} from "#gen/malla/products/v1/product_pb.js";
import type { OperationKind, Product, Terms } from "./domain/product.ts";

const OPERATIONS = {
  deposit: Operation.DEPOSIT,
  withdrawal: Operation.WITHDRAWAL,
  transfer: Operation.TRANSFER,
} as const;
const STATES = { active: Product_State.ACTIVE, retired: Product_State.RETIRED } as const;

/** Id of "products/{product}". */
export function productIdOf(name: string): string {
  return name.slice("products/".length);
}

/** Terms of a message. Its rules were checked at the door. */
export function toTerms(message: ProductMessage): Terms {
  return {
    displayName: message.displayName,
    overdraftLimit: message.overdraftLimit,
    annualInterestBasisPoints: message.annualInterestBasisPoints,
    fees: message.fees.map((fee) => ({
      operation: toOperation(fee.operation),
      fixed: fee.fixed,
      basisPoints: fee.basisPoints,
    })),
    limits: message.limits.map((limit) => ({
      operation: toOperation(limit.operation),
      maxAmount: limit.maxAmount,
      maxDailyAmount: limit.maxDailyAmount,
    })),
  };
}

/** A product as callers see it. */
export function fromProduct(product: Product): MessageInitShape<typeof ProductSchema> {
  return {
    name: `products/${product.id}`,
    displayName: product.displayName,
    regionCode: product.regionCode,
    currencyCode: product.currencyCode,
    overdraftLimit: product.overdraftLimit,
    annualInterestBasisPoints: product.annualInterestBasisPoints,
    fees: product.fees.map((fee) => ({ ...fee, operation: OPERATIONS[fee.operation] })),
    limits: product.limits.map((limit) => ({ ...limit, operation: OPERATIONS[limit.operation] })),
    state: STATES[product.state],
    version: product.version,
    createTime: timestampFromDate(product.createTime),
    updateTime: timestampFromDate(product.updateTime),
  };
}

function toOperation(operation: Operation): OperationKind {
  switch (operation) {
    case Operation.DEPOSIT:
      return "deposit";
    case Operation.WITHDRAWAL:
      return "withdrawal";
    case Operation.TRANSFER:
      return "transfer";
    default:
      throw new Error(`operation ${operation} passed validation`);
  }
}
