/** The native vendor of verifications as a process. */
import { runVendor } from "#platform/lifecycle/vendor.ts";
import { nativeKyc } from "./program.ts";

await runVendor(process, nativeKyc);
