/** The clauses of malla.kyc.v1.KycProviderService. */
import { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import type { Suite } from "../kit/suite.ts";
import { type KycBench, openBench } from "./bench.ts";
import { documents } from "./documents.ts";
import { everyCall } from "./every-call.ts";
import { FEATURES } from "./features.ts";
import { screening } from "./screening.ts";
import { verifications } from "./verifications.ts";

/** Puts a vendor of verifications through its contract. */
export const kycSuite: Suite<typeof KycProviderService, KycBench> = {
  capability: "kyc",
  service: KycProviderService,
  features: FEATURES,
  parameters: [
    { name: "listed_given_name", what: "given names of a natural person on one of the vendor's lists" },
    { name: "listed_family_name", what: "family names of that person, one of them of five letters or more" },
    { name: "listed_birth_date", what: "birth date of that person as the list has it, YYYY-MM-DD" },
  ],
  groups: [everyCall, verifications, documents, screening],
  open: openBench,
};
