/** How Malla introduces itself. The version is that of the API, which packages carry as `.v1`; it is not a release. */
import type { Info } from "../openapi.ts";
import { description } from "./description.ts";

/** The head of Malla's document. */
export const mallaInfo: Info = {
  title: "Malla",
  version: "v1",
  summary: "A composable bank over REST.",
  description,
  license: { name: "Apache 2.0", identifier: "Apache-2.0" },
};
