/** What the reference can be told to do wrong, so that it is a broken vendor. */

/** Faults by name; the sentence says what the vendor does then. */
export const FAULTS = {
  begins_again_on_replay: "begins a second verification for a request that comes again",
  forgets_content: "takes a request_id for the same, whatever comes with it",
  shows_other_tenants: "keeps the verifications of all tenants in one place",
  ignores_features: "answers a call of a feature that it does not advertise",
  repeats_the_name: "repeats the name in its error",
  counts_readings: "raises the version when a verification is read",
  passes_nobody: "leaves everybody in review",
  takes_any_name: "takes names with control characters",
  refuses_marks: "refuses names with marks of writing direction",
  takes_any_date: "takes any birth date",
  never_expires: "lets a verification hold for ever",
  loses_requests: "does not find a verification by its request",
  abandons_anything: "gives up what is decided already",
  refuses_companies: "leaves legal persons in review",
  ignores_check_digits: "passes identifiers whose check digits are wrong",
  ignores_curp_dates: "passes a CURP of another birth date",
  refuses_colombia: "fails every cédula",
  names_no_kinds: "asks for a document and does not say which",
  fails_right_documents: "fails the party's own document",
  ignores_zone_digits: "passes a zone with a wrong check digit",
  ignores_zone_data: "passes the passport of somebody else",
  ignores_document_expiry: "passes a passport that has expired",
  takes_any_bytes: "takes bytes that are no image",
  decodes_bombs: "takes an image that says it is huge",
  keeps_cut_uploads: "takes what came of an upload that broke off",
  takes_headless_uploads: "answers an upload without a header as if there were no verification",
  finds_nobody: "finds nobody on its lists",
  finds_everybody: "finds everybody on its lists when it is asked to look",
  finds_only_exact_names: "finds a listed party only by its name to the letter",
  passes_listed_parties: "passes parties that are listed",
  hides_list_versions: "names its lists without their version",
  orders_hits_upside_down: "tells hits lowest score first",
  monitors_at_random: "tells other events for the same cursor",
} as const;

/** One of them. */
export type Fault = keyof typeof FAULTS;
