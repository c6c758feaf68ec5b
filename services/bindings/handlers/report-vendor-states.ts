import { peerKey } from "#platform/rpc/call.ts";
import { breakerChanges } from "../domain/vendor-states.ts";
import { vendorStateChanged } from "../events/outbox.ts";
import { toMethodState } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { findReport, saveReport } from "../store/report-store.ts";
import { callOfTheMesh } from "./speaking-vendor.ts";

/** Takes note of how a process sees vendors; which service it is of, its certificate says. */
export function reportVendorStates({ database, outbox, now }: BindingsDeps): BindingsHandlers["reportVendorStates"] {
  return async (request, context) => {
    const call = callOfTheMesh(context);
    const service = context.values.get(peerKey) ?? "";
    const { process } = request;
    const states = request.states.map(toMethodState);
    await database.tenant(call, async (transaction) => {
      const before = await findReport(transaction, { service, process });
      const reportTime = now();
      await saveReport(transaction, { service, process, states, reportTime });
      const changes = breakerChanges(before, states);
      await outbox.append(
        transaction,
        changes.map((change) => vendorStateChanged(service, process, change, reportTime)),
      );
    });
    return {};
  };
}
