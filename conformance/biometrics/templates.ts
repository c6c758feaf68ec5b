/** Images and templates: what is refused, what matches, what is found, and what is gone. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { ClauseGroup } from "../kit/clause.ts";
import { type BiometricsBench, bioClause, refusalOf } from "./bench.ts";
import { NOT_AN_IMAGE, pngOf } from "./images.ts";

/** Refused to be enrolled, and nothing else. */
async function refusalOfImage(bench: BiometricsBench, content: Uint8Array): Promise<string> {
  return refusalOf(bench.vendor.createTemplate({ image: { content }, requestId: randomUUID() }));
}

/** Fewest comparisons that a threshold may be declared for one false accept in. */
const MIN_FALSE_ACCEPT_ONE_IN = 100;

export const images: ClauseGroup<BiometricsBench> = {
  name: "images",
  clauses: [
    bioClause(
      "BIO-010",
      "refuses an image without a face",
      async (bench) => {
        assert.equal(await refusalOfImage(bench, (await bench.image("no_face")).content), "NO_FACE");
      },
      { needs: ["no_face"] },
    ),
    bioClause(
      "BIO-011",
      "refuses an image of several faces",
      async (bench) => {
        assert.equal(await refusalOfImage(bench, (await bench.image("several_faces")).content), "SEVERAL_FACES");
      },
      { needs: ["several_faces"] },
    ),
    bioClause(
      "BIO-012",
      "refuses what is no image, and a damaged one",
      async (bench) => {
        const { content } = await bench.image("face_a1");
        for (const bad of [NOT_AN_IMAGE, content.subarray(0, 40), new Uint8Array([0xff, 0xd8, 0xff])]) {
          assert.equal(await refusalOfImage(bench, bad), "IMAGE_INVALID");
        }
      },
      { needs: ["face_a1"] },
    ),
    bioClause("BIO-013", "refuses by its header what is too large to decode", async (bench) => {
      const { limits } = bench.target.capabilities;
      const side = Math.ceil(Math.sqrt(Number(limits["biometrics.max_image_pixels"] ?? 0n))) + 1;
      assert.equal(await refusalOfImage(bench, pngOf(side, side)), "IMAGE_TOO_LARGE");
      assert.equal(await refusalOfImage(bench, pngOf(60_000, 60_000)), "IMAGE_TOO_LARGE");
      const bytes = Number(limits["biometrics.max_image_bytes"] ?? 0n) + 1;
      // More than the contract's own limit never gets there.
      if (bytes <= 4 * 1024 * 1024) {
        assert.equal(await refusalOfImage(bench, pngOf(16, 16, bytes)), "IMAGE_TOO_LARGE");
      }
    }),
  ],
};

export const templates: ClauseGroup<BiometricsBench> = {
  name: "templates",
  clauses: [
    bioClause(
      "BIO-020",
      "gives each template a reference and a digest of its own",
      async (bench) => {
        const [one, two] = [await bench.enrol("face_a1"), await bench.enrol("face_a1")];
        assert.notEqual(two.template, one.template);
        assert.equal(one.sealedDigest.length, 32);
        assert.notDeepEqual(two.sealedDigest, one.sealedDigest);
      },
      { needs: ["face_a1"] },
    ),
    bioClause(
      "BIO-021",
      "matches another picture of the same person",
      async (bench) => {
        const { template } = await bench.enrol("face_a1");
        const image = await bench.image("face_a2");
        assert.equal((await bench.vendor.matchTemplate({ template, image })).isMatch, true);
      },
      { needs: ["face_a1", "face_a2"] },
    ),
    bioClause(
      "BIO-022",
      "does not match another person",
      async (bench) => {
        const { template } = await bench.enrol("face_a1");
        const image = await bench.image("face_b");
        assert.equal((await bench.vendor.matchTemplate({ template, image })).isMatch, false);
      },
      { needs: ["face_a1", "face_b"] },
    ),
    bioClause(
      "BIO-023",
      "decides by its own scale, at a threshold of a declared false-accept rate",
      async (bench) => {
        const { template } = await bench.enrol("face_a1");
        for (const name of ["face_a2", "face_b"]) {
          const match = await bench.vendor.matchTemplate({ template, image: await bench.image(name) });
          const { scoreBasisPoints: score, thresholdBasisPoints: threshold } = match;
          assert.equal(match.isMatch, score >= threshold, name);
          assert.ok(score >= 0 && score <= 10_000 && threshold >= 1 && threshold <= 10_000, "basis points");
          assert.ok(match.falseAcceptOneIn >= MIN_FALSE_ACCEPT_ONE_IN, "one false accept in 100 or more");
        }
      },
      { needs: ["face_a1", "face_a2", "face_b"] },
    ),
    bioClause(
      "BIO-024",
      "does not know a reference that it did not give",
      async (bench) => {
        const image = await bench.image("face_a1");
        for (const template of [randomUUID(), "a template of nobody"]) {
          assert.equal(await refusalOf(bench.vendor.matchTemplate({ template, image })), "TEMPLATE_NOT_FOUND");
          const requestId = randomUUID();
          assert.equal(await refusalOf(bench.vendor.eraseTemplate({ template, requestId })), "TEMPLATE_NOT_FOUND");
        }
      },
      { needs: ["face_a1"] },
    ),
  ],
};

export const erasures: ClauseGroup<BiometricsBench> = {
  name: "erasures",
  clauses: [
    bioClause(
      "BIO-030",
      "matches and finds an erased template no more",
      async (bench) => {
        const { template } = await bench.enrol("face_a1");
        const image = await bench.image("face_a1");
        await bench.vendor.eraseTemplate({ template, requestId: randomUUID() });
        assert.equal(await refusalOf(bench.vendor.matchTemplate({ template, image })), "TEMPLATE_NOT_FOUND");
        if (bench.target.capabilities.features.includes("biometrics.identify")) {
          assert.deepEqual((await bench.vendor.searchTemplates({ image, maxCandidates: 5 })).candidates, []);
        }
      },
      { needs: ["face_a1"] },
    ),
    bioClause(
      "BIO-031",
      "tells when it erased what, and says the same later",
      async (bench) => {
        const { template, sealedDigest } = await bench.enrol("face_a1");
        const erased = await bench.vendor.eraseTemplate({ template, requestId: randomUUID() });
        assert.equal(erased.isErased, true);
        assert.equal(erased.template, template);
        assert.deepEqual(erased.sealedDigest, sealedDigest);
        assert.ok(erased.eraseTime !== undefined && Math.abs(timestampMs(erased.eraseTime) - Date.now()) < 60_000);
        assert.deepEqual(await bench.vendor.readErasure({ template }), erased);
      },
      { needs: ["face_a1"] },
    ),
    bioClause(
      "BIO-032",
      "erases once, whoever asks again",
      async (bench) => {
        const { template } = await bench.enrol("face_a1");
        const first = await bench.vendor.eraseTemplate({ template, requestId: randomUUID() });
        assert.deepEqual(await bench.vendor.eraseTemplate({ template, requestId: randomUUID() }), first);
      },
      { needs: ["face_a1"] },
    ),
    bioClause(
      "BIO-033",
      "says of a template that is there that it is not erased",
      async (bench) => {
        const { template } = await bench.enrol("face_a1");
        const { isErased, eraseTime } = await bench.vendor.readErasure({ template });
        assert.deepEqual({ isErased, eraseTime }, { isErased: false, eraseTime: undefined });
      },
      { needs: ["face_a1"] },
    ),
  ],
};

const identify = "biometrics.identify";

export const searches: ClauseGroup<BiometricsBench> = {
  name: "searches",
  clauses: [
    bioClause(
      "BIO-040",
      "finds the person among templates, best first, and no more than asked for",
      async (bench) => {
        const mine = [await bench.enrol("face_a1"), await bench.enrol("face_a2")].map(({ template }) => template);
        await bench.enrol("face_b");
        const image = await bench.image("face_a1");
        const { candidates } = await bench.vendor.searchTemplates({ image, maxCandidates: 5 });
        assert.deepEqual(candidates.map(({ template }) => template).sort(), mine.sort());
        const scores = candidates.map(({ match }) => match?.scoreBasisPoints ?? -1);
        assert.deepEqual(
          scores,
          scores.toSorted((one, other) => other - one),
        );
        const best = await bench.vendor.searchTemplates({ image, maxCandidates: 1 });
        assert.deepEqual(
          best.candidates.map(({ template }) => template),
          [candidates[0]?.template],
        );
      },
      { needs: ["face_a1", "face_a2", "face_b"], feature: identify },
    ),
    bioClause(
      "BIO-041",
      "finds nobody where nobody matches",
      async (bench) => {
        await bench.enrol("face_a1");
        const image = await bench.image("face_b");
        assert.deepEqual((await bench.vendor.searchTemplates({ image, maxCandidates: 5 })).candidates, []);
      },
      { needs: ["face_a1", "face_b"], feature: identify },
    ),
  ],
};
