/** Settings of its own: what vendors have to prove, and to whom. */
import { z } from "zod";
import { filePath } from "#platform/config/settings.ts";

export const settings = {
  /** Public keys that conformance certificates are checked with; not set: no certificate proves anything. */
  MALLA_CONFORMANCE_KEYS_FILE: filePath("public keys of conformance kits (JSON Web Key Set)").optional(),
  /** Whether every binding requires certified vendors, whatever it says itself: for production. */
  MALLA_REQUIRE_CERTIFIED: z
    .enum(["true", "false"], "expected true or false")
    .default("false")
    .transform((text) => text === "true"),
};
