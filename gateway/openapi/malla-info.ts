/** How Malla introduces itself. The version is that of the API, which packages carry as `.v1`; it is not a release. */
import type { DocumentInfo } from "./document.ts";

/** The head of Malla's document. */
export const mallaInfo: DocumentInfo = {
  title: "Malla",
  version: "v1",
  summary: "A composable bank over REST.",
  license: { name: "Apache 2.0", identifier: "Apache-2.0" },
};
