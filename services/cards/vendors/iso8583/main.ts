/** The vendor, as a process. */
import { runVendor } from "#platform/lifecycle/vendor.ts";
import { iso8583Program } from "./program.ts";

await runVendor(process, iso8583Program);
