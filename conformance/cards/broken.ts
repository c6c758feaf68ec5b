/** Card processors that are wrong on purpose: each is caught by just the clauses that it names. */

import { brokenAuthorizations } from "./broken/authorizations.ts";
import type { Broken } from "./broken/breaking.ts";
import { brokenCards } from "./broken/cards.ts";
import { brokenSecrets } from "./broken/secrets.ts";

export const brokenVendors: readonly Broken[] = [...brokenCards, ...brokenAuthorizations, ...brokenSecrets];
