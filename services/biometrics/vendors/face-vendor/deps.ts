/** What a vendor of faces works with. */
import type { ServiceImpl } from "@connectrpc/connect";
import type { BiometricsProviderService } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import type { Action } from "./judge-frames.ts";
import type { Looker } from "./looker.ts";
import type { Scale } from "./scale.ts";
import type { Sealer } from "./seal.ts";
import type { UnderWay } from "./under-way.ts";

/** How one vendor differs from another. */
export interface FaceVendor {
  /** Name, as in its certificate. */
  readonly name: string;
  readonly version: string;
  /** Module of its engine. */
  readonly engine: URL;
  readonly scale: Scale;
  /** What it recognises in frames, and so may ask for. */
  readonly actions: readonly Action[];
}

/** What handlers work with. */
export interface FaceDeps {
  readonly vendor: FaceVendor;
  readonly database: Database;
  readonly looker: Looker;
  readonly sealer: Sealer;
  readonly underWay: UnderWay;
  readonly now: () => Date;
  readonly newId: () => string;
  /** One of 0 to n-1, not to be guessed. */
  readonly random: (n: number) => number;
  /** A nonce, not to be guessed. */
  readonly newNonce: () => string;
}

/** Types of the RPCs. */
export type FaceHandlers = ServiceImpl<typeof BiometricsProviderService>;
