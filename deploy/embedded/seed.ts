/** Puts the demo products into each demo tenant's catalogue, through the edge as anybody would. Again changes nothing. */

import { v5 as uuidv5 } from "uuid";
import type { Mesh } from "./mesh.ts";
import { DEMO_TENANTS, type DemoTenant } from "./tenants.ts";

/** Namespace of the seeds' request ids (RFC 9562, name-based UUIDs): the same at every start. */
const SEEDS = "7a1b0c52-6a1e-4d0a-9a52-0d9b7b0f7a11";

/** Terms of the two demo products, in minor units of the tenant's currency. */
const PRODUCTS = [
  {
    id: "conta-corrente",
    terms: {
      displayName: "Current account",
      fees: [{ operation: "OPERATION_WITHDRAWAL", fixed: "150", basisPoints: 0 }],
      limits: [{ operation: "OPERATION_TRANSFER", maxAmount: "500000000", maxDailyAmount: "0" }],
    },
  },
  {
    id: "conta-garantida",
    terms: {
      displayName: "Current account with overdraft",
      overdraftLimit: "50000",
      annualInterestBasisPoints: 0,
      fees: [{ operation: "OPERATION_TRANSFER", fixed: "0", basisPoints: 25 }],
    },
  },
];

/** Seeds the demo tenants that there is a token for. */
export async function seed(mesh: Pick<Mesh, "edgeUrl">, tokens: ReadonlyMap<string, string>): Promise<void> {
  const additions = DEMO_TENANTS.flatMap((tenant) => {
    const token = tokens.get(tenant.id);
    return token === undefined ? [] : PRODUCTS.map((product) => addProduct(mesh.edgeUrl, tenant, token, product));
  });
  await Promise.all(additions);
}

async function addProduct(
  edgeUrl: string,
  { id: tenant, regionCode, currencyCode }: DemoTenant,
  token: string,
  { id, terms }: (typeof PRODUCTS)[number],
): Promise<void> {
  const response = await fetch(`${edgeUrl}/v1/products?productId=${id}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": uuidv5(`${tenant}/${id}`, SEEDS),
    },
    body: JSON.stringify({ ...terms, regionCode, currencyCode }),
  });
  // 409: the product is there already, perhaps with other terms that somebody gave it since.
  if (!response.ok && response.status !== 409) {
    throw new Error(`product ${id} of ${tenant} could not be added: ${response.status} ${await response.text()}`);
  }
}
