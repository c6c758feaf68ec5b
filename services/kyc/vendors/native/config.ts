/** Settings of the vendor: where its lists lie. */
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { databaseSettings } from "#platform/lifecycle/vendor.ts";

export const settings = {
  ...databaseSettings,
  /** Folder of the lists, under their publishers' names. Default: an excerpt, which is no list to run a bank on. */
  MALLA_KYC_LISTS_FOLDER: z.string().default(fileURLToPath(new URL("./lists/excerpt", import.meta.url))),
};
