/** Documents: what a zone must say, what counts as an image, and uploads that go wrong. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { DocumentKind, Step_Kind } from "#gen/malla/kyc/v1/verification_pb.js";
import { type ClauseGroup, type ClauseOptions, clause } from "../kit/clause.ts";
import { ana, type KycBench, refusalOf, stateOf, stepOf } from "./bench.ts";
import { cutImage, imageBomb } from "./png.ts";
import { type Passport, passportZone, withWrongCheckDigit } from "./zone.ts";

const OF_DOCUMENTS: ClauseOptions = { feature: "kyc.documents" };

/** The passport of the party that nobody lists. */
function passport(change: Partial<Passport> = {}): string {
  return passportZone({
    givenName: "Anastácia",
    familyName: "Xerenguela Prado",
    birthDate: { year: 1990, month: 5, day: 17 },
    expiryDate: { year: new Date().getUTCFullYear() + 5, month: 1, day: 31 },
    ...change,
  });
}

async function started({ begin }: KycBench): Promise<string> {
  return (await begin(ana(), { needsDocument: true })).reference;
}

export const documents: ClauseGroup<KycBench> = {
  name: "documents",
  clauses: [
    clause(
      "KYC-020",
      "asks for a document and names the kinds it takes",
      async ({ begin }) => {
        const verification = await begin(ana(), { needsDocument: true });
        assert.equal(stateOf(verification), "NEEDS_DOCUMENTS");
        assert.ok(verification.neededDocuments.includes(DocumentKind.PASSPORT), "no passport is taken");
      },
      OF_DOCUMENTS,
    ),
    clause(
      "KYC-021",
      "passes the party's own passport",
      async (bench) => {
        const verification = await bench.upload(await started(bench), passport());
        assert.equal(stepOf(verification, Step_Kind.DOCUMENT), "PASSED");
        assert.equal(stateOf(verification), "PASSED");
      },
      OF_DOCUMENTS,
    ),
    clause(
      "KYC-022",
      "fails a zone with a wrong check digit",
      async (bench) => {
        const verification = await bench.upload(await started(bench), withWrongCheckDigit(passport()));
        assert.equal(stepOf(verification, Step_Kind.DOCUMENT), "FAILED CHECK_DIGIT");
        assert.equal(stateOf(verification), "FAILED");
      },
      OF_DOCUMENTS,
    ),
    clause(
      "KYC-023",
      "fails the passport of somebody else",
      async (bench) => {
        for (const change of [{ familyName: "Quibungo" }, { birthDate: { year: 1991, month: 5, day: 17 } }]) {
          const verification = await bench.upload(await started(bench), passport(change));
          assert.equal(stepOf(verification, Step_Kind.DOCUMENT), "FAILED DATA_MISMATCH", JSON.stringify(change));
        }
      },
      OF_DOCUMENTS,
    ),
    clause(
      "KYC-024",
      "fails a passport that has expired",
      async (bench) => {
        const expired = passport({ expiryDate: { year: new Date().getUTCFullYear() - 1, month: 1, day: 31 } });
        const verification = await bench.upload(await started(bench), expired);
        assert.equal(stepOf(verification, Step_Kind.DOCUMENT), "FAILED DOCUMENT_EXPIRED");
      },
      OF_DOCUMENTS,
    ),
    clause(
      "KYC-025",
      "refuses what is no image, or only the beginning of one, and stays as it was",
      async (bench) => {
        const reference = await started(bench);
        const { version } = await bench.read(reference);
        for (const bytes of [
          Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"),
          Buffer.alloc(5_000),
          cutImage(),
        ]) {
          const refused = await refusalOf(bench.upload(reference, passport(), { bytes }));
          assert.equal(refused, "InvalidArgument DOCUMENT_INVALID");
        }
        const after = await bench.read(reference);
        assert.deepEqual([stateOf(after), after.version], ["NEEDS_DOCUMENTS", version]);
      },
      OF_DOCUMENTS,
    ),
    clause(
      "KYC-026",
      "refuses an image that says it is huge",
      async (bench) => {
        const refused = bench.upload(await started(bench), passport(), { bytes: imageBomb() });
        assert.equal(await refusalOf(refused), "InvalidArgument DOCUMENT_TOO_LARGE");
      },
      OF_DOCUMENTS,
    ),
    clause(
      "KYC-027",
      "stays as it was when an upload breaks off",
      async (bench) => {
        const reference = await started(bench);
        await assert.rejects(bench.upload(reference, passport(), { isCut: true }));
        assert.equal(stateOf(await bench.read(reference)), "NEEDS_DOCUMENTS");
        assert.equal(stateOf(await bench.upload(reference, passport())), "PASSED");
      },
      OF_DOCUMENTS,
    ),
    clause(
      "KYC-028",
      "refuses an upload without a header",
      async ({ vendor }) => {
        async function* chunks() {
          yield { part: { case: "chunk", value: Buffer.from("x") } } as const;
        }
        assert.equal(await refusalOf(vendor.takeDocument(chunks())), "InvalidArgument UPLOAD_INVALID");
      },
      OF_DOCUMENTS,
    ),
    clause(
      "KYC-001",
      "takes a document once for a request that comes again",
      async (bench) => {
        const reference = await started(bench);
        const requestId = randomUUID();
        const first = await bench.upload(reference, passport(), { requestId });
        const again = await bench.upload(reference, passport(), { requestId });
        assert.deepEqual([stateOf(again), again.version], [stateOf(first), first.version]);
      },
      OF_DOCUMENTS,
    ),
  ],
};
