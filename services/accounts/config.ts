/** Settings of its own: where the services are that it calls. */
import { hostPort } from "#platform/config/settings.ts";

export const settings = {
  /** Holds the money. */
  MALLA_LEDGER_ADDRESS: hostPort(),
  /** Knows the terms. */
  MALLA_PRODUCTS_ADDRESS: hostPort(),
  /** Knows the holders. */
  MALLA_CUSTOMERS_ADDRESS: hostPort(),
};
