/** What holds for every call: repeats, tenants, features, and what is never told. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { equals } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { ProviderVerificationSchema } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { type ClauseGroup, clause } from "../kit/clause.ts";
import { ana, type KycBench, refusalOf, stateOf } from "./bench.ts";

const VALID = { seconds: 31_536_000n };
/** How many ask at once. */
const AT_ONCE = 10;

export const everyCall: ClauseGroup<KycBench> = {
  name: "every call",
  clauses: [
    clause("KYC-001", "begins once for a request that comes again", async ({ vendor, begin, read }) => {
      const requestId = randomUUID();
      const first = await begin(ana(), { requestId });
      const again = await vendor.beginVerification({ requestId, party: ana(), validDuration: VALID });
      assert.equal(again.reference, first.reference);
      assert.ok(again.version <= (await read(first.reference)).version, "a repeat answers a version that is not yet");
    }),
    clause("KYC-001", "begins once for a request that comes ten times at once", async ({ vendor }) => {
      const request = { requestId: randomUUID(), party: ana(), validDuration: VALID };
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => vendor.beginVerification(request)));
      assert.equal(new Set(answers.map(({ reference }) => reference)).size, 1);
    }),
    clause(
      "KYC-002",
      "refuses a request_id that came with other content, and gives it to another tenant",
      async (bench) => {
        const { vendor, target } = bench;
        const requestId = randomUUID();
        const mine = await bench.begin(ana(), { requestId });
        const other = { requestId, party: ana({ givenName: "Berenice" }), validDuration: VALID };
        assert.equal(await refusalOf(vendor.beginVerification(other)), "AlreadyExists REQUEST_ID_REUSED");
        const theirs = await target.client({ tenant: `${target.tenant}-b` }).beginVerification(other);
        assert.notEqual(theirs.reference, mine.reference);
      },
    ),
    clause("KYC-003", "keeps tenants apart", async ({ target, begin, read }) => {
      const requestId = randomUUID();
      const { reference, version } = await begin(ana(), { requestId });
      const stranger = target.client({ tenant: `${target.tenant}-b` });
      const missing = "NotFound VERIFICATION_NOT_FOUND";
      assert.equal(
        await refusalOf(stranger.readVerification({ by: { case: "reference", value: reference } })),
        missing,
      );
      assert.equal(
        await refusalOf(stranger.readVerification({ by: { case: "requestId", value: requestId } })),
        missing,
      );
      assert.equal(await refusalOf(stranger.abandonVerification({ reference, requestId: randomUUID() })), missing);
      assert.equal((await read(reference)).version, version);
    }),
    clause(
      "KYC-004",
      "answers UNIMPLEMENTED where it does not offer the feature",
      async ({ target, vendor, begin }) => {
        const has = (feature: string) => target.capabilities.features.includes(feature);
        const legalPerson = {
          person: { case: "legalPerson", value: { legalName: "Padaria Xerenguela Ltda" } },
        } as const;
        const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
          ["kyc.documents", () => begin(ana(), { needsDocument: true })],
          ["kyc.monitoring", () => begin(ana(), { isMonitored: true })],
          ["kyc.monitoring", () => vendor.pollMonitoring({})],
          ["kyc.legal_persons", () => begin(legalPerson)],
          ["kyc.screening", () => vendor.screen({ party: ana() })],
          ["kyc.screening", () => vendor.listLists({})],
        ];
        for (const [feature, call] of calls) {
          if (!has(feature)) {
            assert.equal(await refusalOf(call()), "Unimplemented FEATURE_NOT_OFFERED", feature);
          }
        }
      },
    ),
    clause("KYC-005", "repeats nothing of a party in an error or a reference", async ({ begin }) => {
      const secret = "Quibungo";
      const party = ana({ givenName: `${secret}\u0007` });
      const error = await begin(party).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof ConnectError, "a name with a control character was taken");
      assert.ok(!JSON.stringify([error.message, error.details]).includes(secret), "the error repeats the name");
      const { reference } = await begin(ana({ givenName: secret }));
      assert.ok(!reference.toLowerCase().includes(secret.toLowerCase()) && !reference.includes("52998224725"));
    }),
    clause("KYC-006", "leaves the version when a verification is read or a request repeated", async (bench) => {
      const requestId = randomUUID();
      const first = await bench.begin(ana(), { requestId });
      await bench.vendor.beginVerification({ requestId, party: ana(), validDuration: VALID });
      const [one, two] = [await bench.read(first.reference), await bench.read(first.reference)];
      assert.ok(equals(ProviderVerificationSchema, one, two), "two readings of one verification differ");
      assert.equal(one.version, first.version);
    }),
    clause(
      "KYC-010",
      "passes a party that nothing speaks against, with a step for each thing it looks at",
      async (bench) => {
        const verification = await bench.begin(ana());
        assert.match(verification.reference, /^[A-Za-z0-9_-]{1,64}$/);
        assert.equal(stateOf(verification), "PASSED");
        const kinds = verification.steps.map(({ kind }) => kind);
        assert.equal(new Set(kinds).size, kinds.length, "a kind of step comes twice");
        assert.ok(verification.version >= 1n);
      },
    ),
  ],
};
