/** Settings of the vendor: where watchman is asked. */
import { urlOf } from "#platform/config/settings.ts";
import { databaseSettings } from "#platform/lifecycle/vendor.ts";

export const settings = {
  ...databaseSettings,
  /** Base address of watchman's HTTP API, e.g. http://127.0.0.1:8084. */
  MALLA_WATCHMAN_URL: urlOf("http", "https"),
};
