/** Vendors of verifications that are wrong on purpose, and the clauses that each must fail. */
import type { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import type { BrokenVendor } from "../kit/suite.ts";
import { FEATURES } from "./features.ts";
import { FAULTS, type Fault } from "./reference/faults.ts";
import { createReference } from "./reference/reference.ts";

const FAILS: Readonly<Record<Fault, readonly string[]>> = {
  begins_again_on_replay: ["KYC-001"],
  forgets_content: ["KYC-002"],
  shows_other_tenants: ["KYC-003"],
  ignores_features: ["KYC-004"],
  repeats_the_name: ["KYC-005"],
  counts_readings: ["KYC-003", "KYC-006", "KYC-025"],
  passes_nobody: ["KYC-010", "KYC-014", "KYC-016", "KYC-021", "KYC-027", "KYC-050"],
  takes_any_name: ["KYC-005", "KYC-011", "KYC-031"],
  refuses_marks: ["KYC-012"],
  takes_any_date: ["KYC-013"],
  never_expires: ["KYC-014"],
  loses_requests: ["KYC-015"],
  abandons_anything: ["KYC-016"],
  refuses_companies: ["KYC-050"],
  ignores_check_digits: ["KYC-060"],
  ignores_curp_dates: ["KYC-061"],
  refuses_colombia: ["KYC-062"],
  names_no_kinds: ["KYC-020"],
  fails_right_documents: ["KYC-021", "KYC-027"],
  ignores_zone_digits: ["KYC-022"],
  ignores_zone_data: ["KYC-023"],
  ignores_document_expiry: ["KYC-024"],
  takes_any_bytes: ["KYC-025"],
  decodes_bombs: ["KYC-026"],
  keeps_cut_uploads: ["KYC-027"],
  takes_headless_uploads: ["KYC-028"],
  finds_nobody: ["KYC-030", "KYC-032", "KYC-033"],
  finds_everybody: ["KYC-031"],
  finds_only_exact_names: ["KYC-032"],
  passes_listed_parties: ["KYC-033"],
  hides_list_versions: ["KYC-034"],
  orders_hits_upside_down: ["KYC-035"],
  monitors_at_random: ["KYC-040"],
};

/** All of them. */
export const brokenVendors: readonly BrokenVendor<typeof KycProviderService>[] = Object.entries(FAULTS).map(
  ([name, says]) => {
    const fault = name as Fault;
    // Only who lacks a feature can be caught at answering a call of it.
    const features =
      fault === "ignores_features" ? FEATURES.filter((feature) => feature !== "kyc.documents") : FEATURES;
    return { name, says, fails: FAILS[fault], make: () => createReference({ features, faults: [fault] }) };
  },
);
