/** The demo tenants: a bank per country. */

/** A tenant of the embedded mesh. */
export interface DemoTenant {
  readonly id: string;
  readonly displayName: string;
  /** ISO 3166-1 alpha-2. */
  readonly regionCode: string;
  /** ISO 4217. */
  readonly currencyCode: string;
  /** Where its data resides. */
  readonly residency: string;
}

export const DEMO_TENANTS: readonly DemoTenant[] = [
  { id: "banco-ipe", displayName: "Banco Ipê", regionCode: "BR", currencyCode: "BRL", residency: "sa-east-1" },
  {
    id: "banco-ahuehuete",
    displayName: "Banco Ahuehuete",
    regionCode: "MX",
    currencyCode: "MXN",
    residency: "na-south-1",
  },
  { id: "banco-ceiba", displayName: "Banco Ceiba", regionCode: "CO", currencyCode: "COP", residency: "sa-north-1" },
];

/** Everything a demo token may do. */
export const DEMO_SCOPES: readonly string[] = [
  "customers.read",
  "customers.write",
  "products.read",
  "products.write",
  "accounts.read",
  "accounts.write",
  "ledger.read",
  "ledger.write",
  "notifications.read",
  "cards.read",
  "cards.write",
  "cards.authorize",
  "biometrics.read",
  "biometrics.write",
  "biometrics.verify",
  "kyc.read",
  "kyc.write",
  "kyc.review",
  "events.read",
  "bindings.read",
  "bindings.write",
];
