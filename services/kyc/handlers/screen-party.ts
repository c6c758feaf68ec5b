import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { KycProviderService, ScreenResponseSchema } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { PartySchema } from "#gen/malla/kyc/v1/verification_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { vendorCall } from "../peers/ask-vendor.ts";
import { requireValid } from "../peers/check-answer.ts";
import type { KycDeps, KycHandlers } from "../service.ts";

/** Looks a party up, and keeps nothing. */
export function screenParty({ vendors, vendorTimeoutMs }: KycDeps): KycHandlers["screenParty"] {
  return async ({ party = create(PartySchema) }, context) => {
    const call = vendorCall(callOf(context), vendorTimeoutMs);
    const method = KycProviderService.method.screen;
    const { vendor, response } = await vendors.begin(call, method, randomUUID(), { party });
    return { vendor, hits: requireValid(ScreenResponseSchema, response, vendor).hits };
  };
}
