/** The vendor watchman as a process; watchman itself is another. */
import { runVendor } from "#platform/lifecycle/vendor.ts";
import { watchmanKyc } from "./program.ts";

await runVendor(process, watchmanKyc);
