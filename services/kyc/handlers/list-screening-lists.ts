import { KycProviderService, ListListsResponseSchema } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { vendorCall } from "../peers/ask-vendor.ts";
import { requireValid } from "../peers/check-answer.ts";
import type { KycDeps, KycHandlers } from "../service.ts";

/** Names the lists of the tenant's vendor; the mesh keeps the answer for a while. */
export function listScreeningLists({ vendors, vendorTimeoutMs }: KycDeps): KycHandlers["listScreeningLists"] {
  return async (_request, context) => {
    const own = callOf(context);
    const method = KycProviderService.method.listLists;
    const { vendor, response } = await vendors.begin(vendorCall(own, vendorTimeoutMs), method, own.tenant, {});
    const { lists } = requireValid(ListListsResponseSchema, response, vendor);
    return { vendor, lists: lists.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
  };
}
