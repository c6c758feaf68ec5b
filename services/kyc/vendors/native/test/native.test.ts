/** The native vendor beyond the clauses: uploads that try it, twins on one database, and lists that change. */
import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { encode } from "jpeg-js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { TaxIdentifier_Type } from "#gen/malla/customers/v1/customer_pb.js";
import type { KycProviderService, TakeDocumentRequestSchema } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { DocumentKind, Step_Outcome, VerificationState } from "#gen/malla/kyc/v1/verification_pb.js";
import type { ServiceDatabaseUrls } from "#platform/embedded/service-database.ts";
import { startTestVendor, type TestVendor, testDatabase } from "#platform/testing/vendor.ts";
import { ana, refusalOf } from "../../../../../conformance/kyc/bench.ts";
import { greyImage, imageBomb } from "../../../../../conformance/kyc/png.ts";
import { passportZone } from "../../../../../conformance/kyc/zone.ts";
import { nativeKyc } from "../program.ts";

const EXCERPT = fileURLToPath(new URL("../lists/excerpt", import.meta.url));
const YEAR = { seconds: 31_536_000n };
const ZONE = passportZone({
  givenName: "Anastácia",
  familyName: "Xerenguela Prado",
  birthDate: { year: 1990, month: 5, day: 17 },
  expiryDate: { year: new Date().getUTCFullYear() + 4, month: 3, day: 9 },
});

let database: ServiceDatabaseUrls;
let vendor: TestVendor<typeof KycProviderService>;

beforeAll(async () => {
  database = await testDatabase("kyc/native");
  vendor = await startTestVendor(nativeKyc, { database });
});

afterAll(() => vendor.stop());

type Part = MessageInitShape<typeof TakeDocumentRequestSchema>;

function header(reference: string, mediaType: string, requestId: string = randomUUID()): Part {
  const document = { kind: DocumentKind.PASSPORT, mediaType, machineReadable: ZONE };
  return { part: { case: "header", value: { reference, requestId, document } } };
}

async function* upload(...parts: readonly Part[]): AsyncGenerator<Part> {
  yield* parts;
}

function chunks(bytes: Uint8Array): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < bytes.length; at += 262_144) {
    parts.push({ part: { case: "chunk", value: bytes.subarray(at, at + 262_144) } });
  }
  return parts;
}

const jpeg = encode({ width: 320, height: 200, data: Buffer.alloc(320 * 200 * 4, 0x60) }, 80).data;

describe("an upload", () => {
  const client = () => vendor.client({ tenant: "banco-um" });
  const begin = async () =>
    (
      await client().beginVerification({
        requestId: randomUUID(),
        party: ana(),
        needsDocument: true,
        validDuration: YEAR,
      })
    ).reference;

  it("of a whole JPEG passes, and is told once", async () => {
    const reference = await begin();
    const requestId = randomUUID();
    const send = (bytes: Uint8Array) =>
      client().takeDocument(upload(header(reference, "image/jpeg", requestId), ...chunks(bytes)));
    const [one, two] = await Promise.all([send(jpeg), send(jpeg)]);
    expect([one.state, one.version, two.version]).toEqual([VerificationState.PASSED, 2n, 2n]);
    const other = Buffer.concat([jpeg, Buffer.of(0)]);
    expect(await refusalOf(send(other))).toBe("AlreadyExists REQUEST_ID_REUSED");
  });

  it.each([
    ["a JPEG cut short", "image/jpeg", jpeg.subarray(0, jpeg.length - 200), "DOCUMENT_INVALID"],
    ["a JPEG said to be a PNG", "image/png", jpeg, "DOCUMENT_INVALID"],
    ["a PNG said to be a JPEG", "image/jpeg", greyImage(8, 8), "DOCUMENT_INVALID"],
    ["a PNG with a bit turned", "image/png", turned(greyImage(64, 64)), "DOCUMENT_INVALID"],
    ["a bomb of 60,000 by 60,000", "image/png", imageBomb(), "DOCUMENT_TOO_LARGE"],
    ["more than 8 MiB", "image/png", Buffer.alloc(8 * 1024 * 1024 + 1), "DOCUMENT_TOO_LARGE"],
  ])("of %s is refused, and changes nothing", async (_what, mediaType, bytes, reason) => {
    const reference = await begin();
    const refused = client().takeDocument(upload(header(reference, mediaType), ...chunks(bytes)));
    expect(await refusalOf(refused)).toBe(`InvalidArgument ${reason}`);
    const after = await client().readVerification({ by: { case: "reference", value: reference } });
    expect([after.state, after.version]).toEqual([VerificationState.NEEDS_DOCUMENTS, 1n]);
  });

  it("with two headers is refused", async () => {
    const reference = await begin();
    const one = header(reference, "image/jpeg");
    expect(await refusalOf(client().takeDocument(upload(one, one)))).toBe("InvalidArgument UPLOAD_INVALID");
  });

  it("for another tenant's verification finds nothing", async () => {
    const reference = await begin();
    const stranger = vendor.client({ tenant: "banco-dois" });
    const refused = stranger.takeDocument(upload(header(reference, "image/jpeg"), ...chunks(jpeg)));
    expect(await refusalOf(refused)).toBe("NotFound VERIFICATION_NOT_FOUND");
  });
});

describe("monitoring", () => {
  it("tells of a passed party that a new list names, to its own tenant only, and once", async () => {
    const tenant = "banco-vigia";
    const folder = await mkdtemp(join(tmpdir(), "kyc-lists-"));
    await cp(EXCERPT, folder, { recursive: true });
    const begun = await vendor.client({ tenant }).beginVerification({
      requestId: randomUUID(),
      party: ana(),
      isMonitored: true,
      validDuration: YEAR,
    });
    expect(begun.state).toBe(VerificationState.PASSED);
    const sdn = await readFile(join(EXCERPT, "sdn.csv"), "latin1");
    const row = sdn.split("\n").find((line) => line.startsWith("6861,"));
    const listed = (row ?? "")
      .replace("6861,", "999001,")
      .replace("GUZMAN LOERA, Joaquin", "XERENGUELA PRADO, Anastacia");
    await writeFile(join(folder, "sdn.csv"), `${listed.replace("25 Dec 1954", "17 May 1990")}\n${sdn}`, "latin1");
    const twins = [1, 2].map(() => startTestVendor(nativeKyc, { database, env: { MALLA_KYC_LISTS_FOLDER: folder } }));
    const [twin, other] = await Promise.all(twins);
    try {
      const client = () => vendor.client({ tenant });
      const told = await vi.waitFor(async () => {
        const answer = await client().pollMonitoring({});
        expect(answer.events).toHaveLength(1);
        return answer;
      }, 10_000);
      const [event] = told.events;
      expect([event?.reference, event?.hits[0]?.entryId]).toEqual([begun.reference, "999001"]);
      const beyond = await client().pollMonitoring({ cursor: told.cursor });
      expect([beyond.events, beyond.cursor]).toEqual([[], told.cursor]);
      expect((await vendor.client({ tenant: "banco-um" }).pollMonitoring({})).events).toEqual([]);
      const after = await client().readVerification({ by: { case: "reference", value: begun.reference } });
      expect([after.state, after.version, after.hits.length]).toEqual([VerificationState.PASSED, 2n, 1]);
    } finally {
      await twin?.stop();
      await other?.stop();
      await rm(folder, { recursive: true });
    }
  });
});

describe("a listed party", () => {
  it("whose identifier is listed is left to a person, whatever its name", async () => {
    const client = vendor.client({ tenant: "banco-um" });
    const party = { ...ana(), taxIdentifiers: [{ type: TaxIdentifier_Type.CO_CC, value: "6.068.015" }] };
    const begun = await client.beginVerification({ requestId: randomUUID(), party, validDuration: YEAR });
    expect(begun.state).toBe(VerificationState.IN_REVIEW);
    expect(begun.steps.map(({ outcome }) => outcome)).toEqual([Step_Outcome.PASSED, Step_Outcome.NEEDS_REVIEW]);
    expect(begun.hits[0]?.list).toBe("us_ofac_sdn");
    expect(begun.hits[0]?.evidence.at(-1)).toContain("6068015");
  });
});

function turned(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[45] = (copy[45] ?? 0) ^ 1;
  return copy;
}
