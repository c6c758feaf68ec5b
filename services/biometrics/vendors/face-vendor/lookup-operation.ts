/** Says what became of a request, by the answers that were kept with their changes. */
import { fromBinary } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import {
  BiometricsProviderService,
  ErasureSchema,
  Operation_State,
  ProviderChallengeSchema,
  ProviderTemplateSchema,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import type { FaceDeps, FaceHandlers } from "./deps.ts";

/** Answers by request_id. */
export function lookupOperation({ database, underWay }: FaceDeps): FaceHandlers["lookupOperation"] {
  return async ({ requestId }, context) => {
    const call = callOf(context);
    // Looked at first: what ends between the two looks is found by the second.
    const isUnderWay = underWay.has(call.tenant, requestId);
    const [kept] = await database.tenant(call, (transaction) =>
      transaction.execute<{ method: string; response: Buffer }>(sql`
        select method, response from idempotency where tenant_id = ${call.tenant} and request_id = ${requestId}`),
    );
    if (kept === undefined) {
      return { requestId, state: isUnderWay ? Operation_State.UNDER_WAY : Operation_State.NOT_SEEN };
    }
    return { requestId, state: Operation_State.DONE, answer: answerOf(kept.method, kept.response) };
  };
}

function answerOf(method: string, response: Uint8Array) {
  switch (method.slice(BiometricsProviderService.typeName.length + 1)) {
    case "CreateTemplate":
      return { case: "template" as const, value: fromBinary(ProviderTemplateSchema, response) };
    case "EraseTemplate":
      return { case: "erasure" as const, value: fromBinary(ErasureSchema, response) };
    case "OpenChallenge":
      return { case: "challenge" as const, value: fromBinary(ProviderChallengeSchema, response) };
    default:
      throw new Error(`${method} keeps no answer`);
  }
}
