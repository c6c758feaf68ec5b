/** What holds for every call: features, replays, tenants, and what became of a request. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Operation_State } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import type { ClauseGroup } from "../kit/clause.ts";
import { type BiometricsBench, bioClause, refusalOf, stepsOf } from "./bench.ts";
import { FEATURES } from "./features.ts";
import { NOT_AN_IMAGE } from "./images.ts";

const needs = ["face_a1"];

export const everyCall: ClauseGroup<BiometricsBench> = {
  name: "every call",
  clauses: [
    bioClause("BIO-001", "says what it is, its limits, and no feature that the contract lacks", async ({ target }) => {
      const { capability, features, limits } = target.capabilities;
      assert.equal(capability, "biometrics");
      assert.deepEqual(
        features.filter((feature) => !FEATURES.includes(feature)),
        [],
      );
      for (const limit of ["biometrics.max_image_bytes", "biometrics.max_image_pixels"]) {
        assert.ok((limits[limit] ?? 0n) > 0n, limit);
      }
    }),
    bioClause(
      "BIO-002",
      "enrols once for a request that comes twice, and answers the same",
      async (bench) => {
        const requestId = randomUUID();
        const first = await bench.enrol("face_a1", requestId);
        const second = await bench.enrol("face_a1", requestId);
        assert.equal(second.template, first.template);
        assert.deepEqual(second.sealedDigest, first.sealedDigest);
      },
      { needs },
    ),
    bioClause(
      "BIO-003",
      "refuses a request_id that came with other content",
      async (bench) => {
        const requestId = randomUUID();
        const { template } = await bench.enrol("face_a1", requestId);
        assert.equal(await refusalOf(bench.vendor.eraseTemplate({ template, requestId })), "REQUEST_ID_REUSED");
      },
      { needs },
    ),
    bioClause("BIO-004", "keeps tenants apart", checkTenantsApart, { needs }),
    bioClause("BIO-005", "answers UNIMPLEMENTED where it does not offer the feature", async (bench) => {
      const { vendor, target } = bench;
      const image = { content: NOT_AN_IMAGE };
      const requestId = randomUUID();
      const calls = {
        "biometrics.identify": [() => vendor.searchTemplates({ image, maxCandidates: 1 })],
        "biometrics.liveness": [
          () => vendor.openChallenge({ validSeconds: 60, requestId }),
          () => vendor.answerChallenge(stepsOf("a-challenge-of-nobody", [])),
          () => vendor.readChallenge({ challenge: "a-challenge-of-nobody" }),
        ],
      };
      for (const [feature, of] of Object.entries(calls)) {
        for (const call of target.capabilities.features.includes(feature) ? [] : of) {
          assert.equal(await refusalOf(call()), "FEATURE_NOT_OFFERED", feature);
        }
      }
    }),
    bioClause(
      "BIO-060",
      "tells of an enrolment whose answer was lost what it answered",
      async (bench) => {
        const requestId = randomUUID();
        const { template, sealedDigest } = await bench.enrol("face_a1", requestId);
        const { state, answer } = await bench.vendor.lookupOperation({ requestId });
        assert.equal(state, Operation_State.DONE);
        assert.ok(answer.case === "template", "an answer that is no template");
        assert.equal(answer.value.template, template);
        assert.deepEqual(answer.value.sealedDigest, sealedDigest);
      },
      { needs },
    ),
    bioClause("BIO-061", "tells of a request that it refused or never had that nothing came of it", async (bench) => {
      const requestId = randomUUID();
      await refusalOf(bench.vendor.createTemplate({ image: { content: NOT_AN_IMAGE }, requestId }));
      for (const id of [requestId, randomUUID()]) {
        assert.equal((await bench.vendor.lookupOperation({ requestId: id })).state, Operation_State.NOT_SEEN);
      }
    }),
  ],
};

async function checkTenantsApart(bench: BiometricsBench): Promise<void> {
  const requestId = randomUUID();
  const { template } = await bench.enrol("face_a1", requestId);
  const other = bench.target.client({ tenant: `other-${randomUUID().slice(0, 8)}`, timeoutMs: 30_000 });
  const image = await bench.image("face_a1");
  assert.equal(await refusalOf(other.matchTemplate({ template, image })), "TEMPLATE_NOT_FOUND");
  assert.equal(await refusalOf(other.readErasure({ template })), "TEMPLATE_NOT_FOUND");
  assert.equal(await refusalOf(other.eraseTemplate({ template, requestId: randomUUID() })), "TEMPLATE_NOT_FOUND");
  assert.equal((await other.lookupOperation({ requestId })).state, Operation_State.NOT_SEEN);
  if (bench.target.capabilities.features.includes("biometrics.identify")) {
    assert.deepEqual((await other.searchTemplates({ image, maxCandidates: 5 })).candidates, []);
  }
  if (bench.target.capabilities.features.includes("biometrics.liveness")) {
    const { challenge } = await bench.challenge();
    assert.equal(await refusalOf(other.readChallenge({ challenge })), "CHALLENGE_NOT_FOUND");
  }
}
