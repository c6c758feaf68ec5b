/** Who may open an account of what. */

/** What of a customer matters. */
export interface Holder {
  readonly active: boolean;
  /** Countries (ISO 3166-1 alpha-2) whose tax authority knows the customer. */
  readonly taxRegions: ReadonlySet<string>;
}

/** What of a product matters. */
export interface OfferedProduct {
  readonly active: boolean;
  /** ISO 3166-1 alpha-2. */
  readonly regionCode: string;
  /** ISO 4217. */
  readonly currencyCode: string;
  /** Minor units. */
  readonly overdraftLimit: bigint;
}

/** Why an account is not opened, in the order checked. */
export type OpeningRefusal = "customer_not_active" | "product_not_active" | "customer_lacks_tax_identifier";

/** The refusal of an opening, if any. */
export function refusalOfOpening(holder: Holder, product: OfferedProduct): OpeningRefusal | undefined {
  if (!holder.active) {
    return "customer_not_active";
  }
  if (!product.active) {
    return "product_not_active";
  }
  return holder.taxRegions.has(product.regionCode) ? undefined : "customer_lacks_tax_identifier";
}
