/** The vendor face-api as a process. */
import { runVendor } from "#platform/lifecycle/vendor.ts";
import { program } from "./program.ts";

await runVendor(process, program);
