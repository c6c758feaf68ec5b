/** The vendor, with its networks, put through the suite. */
import { describeFaceVendor } from "../face-vendor/testing/describe-face-vendor.ts";
import { human } from "./program.ts";

describeFaceVendor(human);
