/** The suite itself: the reference keeps all of it, and each broken vendor is caught by just its clauses. */
import { describe } from "vitest";
import { openInProcess } from "../kit/in-process.ts";
import { describeBroken, describeVendor } from "../kit/vitest.ts";
import { brokenVendors } from "./broken.ts";
import { FEATURES } from "./features.ts";
import { readAlbum } from "./reference/albums.ts";
import { writeReferencePictures } from "./reference/pictures.ts";
import { createReference } from "./reference/reference.ts";
import { biometricsSuite } from "./suite.ts";

const parameters = writeReferencePictures();
const album = readAlbum(parameters);
const target = await openInProcess(biometricsSuite, createReference(album).vendor, parameters);

describe("the reference", () => {
  describeVendor(biometricsSuite, { target, features: FEATURES, parameters: Object.keys(parameters) });
});

describe("broken vendors", () => {
  describeBroken(biometricsSuite, brokenVendors(album), { parameters });
});
