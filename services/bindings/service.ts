/** What the bindings service needs, and the RPCs it answers. */
import type { ServiceImpl } from "@connectrpc/connect";
import { BindingsService } from "#gen/malla/bindings/v1/bindings_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import type { Outbox } from "#platform/outbox/append.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import { settings } from "./config.ts";
import { deregisterVendor } from "./handlers/deregister-vendor.ts";
import { getBinding } from "./handlers/get-binding.ts";
import { getVendor } from "./handlers/get-vendor.ts";
import { getVendorStates } from "./handlers/get-vendor-states.ts";
import { listBindingRevisions } from "./handlers/list-binding-revisions.ts";
import { listBindings } from "./handlers/list-bindings.ts";
import { listVendors } from "./handlers/list-vendors.ts";
import { registerVendor } from "./handlers/register-vendor.ts";
import { renewVendorLease } from "./handlers/renew-vendor-lease.ts";
import { reportShadowDifferences } from "./handlers/report-shadow-differences.ts";
import { reportVendorStates } from "./handlers/report-vendor-states.ts";
import { setBinding } from "./handlers/set-binding.ts";
import { setVendorCertificate } from "./handlers/set-vendor-certificate.ts";
import { type CheckCertificate, trustKeys } from "./peers/conformance-keys.ts";
import { type ProbeVendor, probeAs } from "./peers/probe-vendor.ts";
import { watchLeases } from "./sagas/leases.ts";
import { startProjector } from "./sagas/projector.ts";

/** What handlers work with. */
export interface BindingsDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  /** The time now. */
  readonly now: () => Date;
  readonly probe: ProbeVendor;
  readonly checkCertificate: CheckCertificate;
  /** Whether every binding requires certified vendors. */
  readonly requireCertified: boolean;
  /** Says that something is to be put on the bus. */
  readonly wake: () => void;
}

/** Types of the RPCs. */
export type BindingsHandlers = ServiceImpl<typeof BindingsService>;

/** Makes the service. */
export function createBindingsService(deps: BindingsDeps): BindingsHandlers {
  return {
    setBinding: setBinding(deps),
    getBinding: getBinding(deps),
    listBindings: listBindings(deps),
    listBindingRevisions: listBindingRevisions(deps),
    getVendor: getVendor(deps),
    listVendors: listVendors(deps),
    getVendorStates: getVendorStates(deps),
    setVendorCertificate: setVendorCertificate(deps),
    registerVendor: registerVendor(deps),
    renewVendorLease: renewVendorLease(deps),
    deregisterVendor: deregisterVendor(deps),
    reportVendorStates: reportVendorStates(deps),
    reportShadowDifferences: reportShadowDifferences(deps),
  };
}

/** The service as a program. */
export const bindingsProgram: ServiceProgram<typeof settings> = {
  name: "bindings",
  settings,
  migrations: new URL("./store/migrations", import.meta.url),
  open({ database, outbox, bus, log, tls }, { MALLA_CONFORMANCE_KEYS_FILE, MALLA_REQUIRE_CERTIFIED }) {
    const now = () => new Date();
    const projector = startProjector({ database, bus, log, now });
    const leases = watchLeases({ database, outbox, log, now, wake: projector.wake });
    const deps: BindingsDeps = {
      database,
      outbox,
      now,
      probe: probeAs(tls),
      checkCertificate: trustKeys(MALLA_CONFORMANCE_KEYS_FILE),
      requireCertified: MALLA_REQUIRE_CERTIFIED,
      wake: projector.wake,
    };
    return {
      services: [served(BindingsService, createBindingsService(deps))],
      async close() {
        await leases.stop();
        await projector.stop();
      },
    };
  },
};
