/** The native card processor as a process. */
import { runVendor } from "#platform/lifecycle/vendor.ts";
import { nativeCards } from "./program.ts";

await runVendor(process, nativeCards);
