import { create } from "@bufbuild/protobuf";
import { BindingsService, ReportShadowDifferencesResponseSchema } from "#gen/malla/bindings/v1/bindings_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { shadowDifferenceFound } from "../events/outbox.ts";
import type { BindingsDeps, BindingsHandlers } from "../service.ts";

/** Tells the tenant where a shadow answered differently. */
export function reportShadowDifferences(deps: BindingsDeps): BindingsHandlers["reportShadowDifferences"] {
  const { database, outbox, now } = deps;
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, BindingsService.method.reportShadowDifferences, request, async () => {
        const at = now();
        await outbox.append(
          transaction,
          request.differences.map((difference) => shadowDifferenceFound(call.tenant, difference, at)),
        );
        return create(ReportShadowDifferencesResponseSchema);
      }),
    );
  };
}
