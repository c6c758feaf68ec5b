import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { callOf } from "#platform/rpc/call.ts";
import { REPORT_AGE_MS } from "../domain/vendor-states.ts";
import { fromMethodState } from "../mapping.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";
import { listReportsSince } from "../store/report-store.ts";

/** Reads how the processes of the mesh see the vendors. */
export function getVendorStates({ database, now }: BindingsDeps): BindingsHandlers["getVendorStates"] {
  return async ({ capability }, context) => {
    const since = new Date(now().getTime() - REPORT_AGE_MS);
    const reports = await database.tenant(callOf(context), (transaction) => listReportsSince(transaction, since));
    const isAsked = (vendor: string) => capability === "" || vendor.startsWith(`vendors/${capability}/`);
    const processes = reports.map(({ service, process, reportTime, states }) => ({
      service,
      process,
      reportTime: timestampFromDate(reportTime),
      states: states.filter(({ vendor }) => isAsked(vendor)).map(fromMethodState),
    }));
    return { processes: processes.filter(({ states }) => states.length > 0) };
  };
}
