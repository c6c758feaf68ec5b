/** The life of a verification: names and dates it takes, finding it again, giving it up, and its end. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { TaxIdentifier_Type } from "#gen/malla/customers/v1/customer_pb.js";
import { Step_Kind } from "#gen/malla/kyc/v1/verification_pb.js";
import { type ClauseGroup, clause } from "../kit/clause.ts";
import { ana, type KycBench, refusalOf, stateOf, stepOf, withIdentifier } from "./bench.ts";

/** Right identifiers, two of Brazil, two of Mexico, two of Colombia; the CURP's holder was born on 17 May 1990. */
const RIGHT: readonly (readonly [TaxIdentifier_Type, string])[] = [
  [TaxIdentifier_Type.BR_CPF, "390.533.447-05"],
  [TaxIdentifier_Type.MX_CURP, "XEPA900517MDFRRN02"],
  [TaxIdentifier_Type.CO_CC, "1032456789"],
];
/** Wrong check digits. */
const WRONG: readonly (readonly [TaxIdentifier_Type, string])[] = [
  [TaxIdentifier_Type.BR_CPF, "390.533.447-06"],
  [TaxIdentifier_Type.MX_CURP, "XEPA900517MDFRRN03"],
];

export const verifications: ClauseGroup<KycBench> = {
  name: "verifications",
  clauses: [
    clause(
      "KYC-011",
      "refuses a name with control characters, direction overrides, or no letter",
      async ({ begin }) => {
        for (const givenName of ["Ana\u0000", "Ana\u001b[31m", "Ana\u007f", "Ana\u202e", "Ana\u2066", "---", "123"]) {
          const refused = await refusalOf(begin(ana({ givenName, familyName: givenName })));
          // A NUL may be refused before the name is looked at: no text of the mesh holds one.
          assert.match(refused, /^InvalidArgument (NAME_INVALID|TEXT_INVALID)$/, JSON.stringify(givenName));
        }
      },
    ),
    clause("KYC-012", "takes a name with direction marks for the name without them", async ({ begin }) => {
      const requestId = randomUUID();
      const plain = await begin(ana(), { requestId });
      const marked = await begin(ana({ givenName: "\u200fAnastácia\u200e", familyName: "Xerenguela\u061c Prado" }));
      assert.equal(stateOf(marked), stateOf(plain));
    }),
    clause("KYC-013", "refuses a birth date that is no day, or to come", async ({ begin }) => {
      const born = (year: number, month: number, day: number) => {
        const value = { givenName: "Anastácia", familyName: "Xerenguela", birthDate: { year, month, day } };
        return begin({ person: { case: "naturalPerson", value } });
      };
      for (const year of [1990, new Date().getUTCFullYear() + 1]) {
        const day = year === 1990 ? 30 : 1;
        assert.equal(await refusalOf(born(year, 2, day)), "InvalidArgument BIRTH_DATE_INVALID", `${year}-02-${day}`);
      }
    }),
    clause("KYC-014", "expires when its time has passed", async ({ begin, read }) => {
      const { reference, expireTime, version } = await begin(ana(), { validDuration: { seconds: 1n } });
      assert.ok(expireTime !== undefined, "a verification that passed has no expire_time");
      const left = timestampDate(expireTime).getTime() - Date.now();
      assert.ok(left <= 1_500, `it holds for ${left} ms more, and was asked to for a second`);
      await delay(Math.max(0, left) + 250);
      const later = await read(reference);
      assert.equal(stateOf(later), "EXPIRED");
      assert.ok(later.version > version, "its version did not rise");
    }),
    clause("KYC-015", "finds a verification by the request that began it", async ({ vendor, begin }) => {
      const requestId = randomUUID();
      const { reference } = await begin(ana(), { requestId });
      const found = await vendor.readVerification({ by: { case: "requestId", value: requestId } });
      assert.equal(found.reference, reference);
      const never = vendor.readVerification({ by: { case: "requestId", value: randomUUID() } });
      assert.equal(await refusalOf(never), "NotFound VERIFICATION_NOT_FOUND");
    }),
    clause("KYC-016", "gives up what is not decided, once, and nothing else", async ({ vendor, begin, target }) => {
      const decided = await begin(ana());
      const refused = vendor.abandonVerification({ reference: decided.reference, requestId: randomUUID() });
      assert.equal(await refusalOf(refused), "FailedPrecondition VERIFICATION_STATE_NOT_ALLOWED");
      if (target.capabilities.features.includes("kyc.documents")) {
        const { reference } = await begin(ana(), { needsDocument: true });
        const abandon = () => vendor.abandonVerification({ reference, requestId: randomUUID() });
        const [first, again] = [await abandon(), await abandon()];
        assert.deepEqual([stateOf(first), stateOf(again)], ["CANCELLED", "CANCELLED"]);
        assert.equal(again.version, first.version);
      }
    }),
    clause(
      "KYC-050",
      "begins a verification of a legal person",
      async ({ begin }) => {
        const value = { legalName: "Padaria Xerenguela Ltda", tradeName: "Pão da Xerenguela" };
        const taxIdentifiers = [{ type: TaxIdentifier_Type.BR_CNPJ, value: "11.222.333/0001-81" }];
        const verification = await begin({ person: { case: "legalPerson", value }, taxIdentifiers });
        assert.equal(stateOf(verification), "PASSED");
      },
      { feature: "kyc.legal_persons" },
    ),
    clause(
      "KYC-060",
      "fails an identifier with wrong check digits",
      async ({ begin }) => {
        for (const [type, value] of WRONG) {
          const verification = await begin(withIdentifier(type, value));
          assert.equal(stepOf(verification, Step_Kind.IDENTIFIER), "FAILED CHECK_DIGIT", TaxIdentifier_Type[type]);
          assert.equal(stateOf(verification), "FAILED");
        }
      },
      { feature: "kyc.identifiers" },
    ),
    clause(
      "KYC-061",
      "fails a CURP of another birth date",
      async ({ begin }) => {
        const verification = await begin(withIdentifier(TaxIdentifier_Type.MX_CURP, "XEPA910517MDFRRN09"));
        assert.equal(stepOf(verification, Step_Kind.IDENTIFIER), "FAILED DATA_MISMATCH");
        assert.equal(stateOf(verification), "FAILED");
      },
      { feature: "kyc.identifiers" },
    ),
    clause(
      "KYC-062",
      "passes right identifiers of each country",
      async ({ begin }) => {
        for (const [type, value] of RIGHT) {
          const verification = await begin(withIdentifier(type, value));
          assert.equal(stepOf(verification, Step_Kind.IDENTIFIER), "PASSED", TaxIdentifier_Type[type]);
        }
      },
      { feature: "kyc.identifiers" },
    ),
  ],
};
