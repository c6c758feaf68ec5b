/** Every capability that vendors can be put through. */
import type { DescService } from "@bufbuild/protobuf";
import type { Capabilities } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { biometricsSuite } from "./biometrics/suite.ts";
import { cardsSuite } from "./cards/suite.ts";
import type { ClauseGroup } from "./kit/clause.ts";
import { contractDigest } from "./kit/contract-digest.ts";
import { type EndpointOptions, openEndpoint } from "./kit/endpoint.ts";
import { withEveryVendor } from "./kit/every-vendor.ts";
import { type Run, type RunOptions, runSuite } from "./kit/run.ts";
import type { Suite } from "./kit/suite.ts";
import { kycSuite } from "./kyc/suite.ts";
import { ledgerVendorSuite } from "./ledger/vendor-suite.ts";

/** A suite of whatever contract. */
export interface AnySuite extends Pick<Suite, "capability" | "features" | "parameters" | "service"> {
  readonly groups: readonly ClauseGroup<never>[];
  readonly contractDigest: string;
  /** Asks an endpoint what it can do, and puts it through the clauses. `onCapabilities` hears before the first clause. */
  run(
    endpoint: EndpointOptions,
    options: RunOptions,
    onCapabilities: (capabilities: Capabilities) => void,
  ): Promise<Run>;
}

/** By capability. */
export const SUITES: ReadonlyMap<string, AnySuite> = new Map(
  [anySuite(biometricsSuite), anySuite(cardsSuite), anySuite(kycSuite), anySuite(ledgerVendorSuite)].map((one) => [
    one.capability,
    one,
  ]),
);

function anySuite<Service extends DescService, Subject>(own: Suite<Service, Subject>): AnySuite {
  const suite = withEveryVendor(own);
  return {
    ...suite,
    contractDigest: contractDigest(suite.service),
    async run(where, options, onCapabilities) {
      const endpoint = openEndpoint(suite.service, where);
      const capabilities = await endpoint.capabilities(suite.describe);
      onCapabilities(capabilities);
      return runSuite(suite, endpoint, capabilities, options);
    },
  };
}
