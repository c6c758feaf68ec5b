/** The vendor, with its networks, put through the suite. */
import { describeFaceVendor } from "../face-vendor/testing/describe-face-vendor.ts";
import { faceApi } from "./program.ts";

describeFaceVendor(faceApi);
