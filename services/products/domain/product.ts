/** A product and the rules of its terms. */

/** Operations that fees and limits are set for. */
export type OperationKind = "deposit" | "withdrawal" | "transfer";

/** fixed + amount x basisPoints / 10,000. */
export interface Fee {
  readonly operation: OperationKind;
  /** Minor units. */
  readonly fixed: bigint;
  /** Hundredths of a percent. */
  readonly basisPoints: number;
}

/** Most that may move, in minor units; 0: no limit. */
export interface Limit {
  readonly operation: OperationKind;
  readonly maxAmount: bigint;
  readonly maxDailyAmount: bigint;
}

/** What can change in a product's life. */
export interface Terms {
  readonly displayName: string;
  /** Minor units. */
  readonly overdraftLimit: bigint;
  readonly annualInterestBasisPoints: number;
  readonly fees: readonly Fee[];
  readonly limits: readonly Limit[];
}

/** A product. */
export interface Product extends Terms {
  readonly id: string;
  /** ISO 3166-1 alpha-2. */
  readonly regionCode: string;
  /** ISO 4217. */
  readonly currencyCode: string;
  readonly state: "active" | "retired";
  readonly version: bigint;
  readonly createTime: Date;
  readonly updateTime: Date;
}

/** Why a call on products is refused. */
export type ProductRefusal =
  | "product_not_found"
  | "product_exists"
  | "currency_unknown"
  | "operation_repeated"
  | "update_mask_invalid"
  | "product_retired";

/** The fault of terms, if any. */
export function faultOfTerms(terms: Terms): Extract<ProductRefusal, "operation_repeated"> | undefined {
  const repeated = (rows: readonly { operation: OperationKind }[]) =>
    new Set(rows.map((row) => row.operation)).size < rows.length;
  return repeated(terms.fees) || repeated(terms.limits) ? "operation_repeated" : undefined;
}

/** The product with new terms; undefined where the product is retired. */
export function withTerms(product: Product, terms: Partial<Terms>, at: Date): Product | undefined {
  return product.state === "retired"
    ? undefined
    : { ...product, ...terms, version: product.version + 1n, updateTime: at };
}

/** The product, out of the catalogue. */
export function retired(product: Product, at: Date): Product {
  return product.state === "retired" ? product : { ...product, state: "retired", updateTime: at };
}
