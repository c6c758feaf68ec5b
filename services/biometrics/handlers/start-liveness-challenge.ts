import {
  BiometricsProviderService,
  ProviderChallengeSchema,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { BiometricsService } from "#gen/malla/biometrics/v1/biometrics_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { challengeStarted } from "../events/outbox.ts";
import { fromChallenge, toChallenge } from "../mapping.ts";
import { requireValid } from "../peers/vendor-answer.ts";
import type { BiometricsDeps, BiometricsHandlers } from "../service.ts";
import { insertChallenge } from "../store/challenge-store.ts";

/** Time there is to answer, in seconds: enough to read three instructions and follow them, little to make a film. */
const VALID_SECONDS = 60;

/** Challenges somebody. A challenge that a vendor made and nobody heard of runs out by itself. */
export function startLivenessChallenge(deps: BiometricsDeps): BiometricsHandlers["startLivenessChallenge"] {
  const { database, vendors, outbox, now, newId } = deps;
  return async (request, context) => {
    const call = callOf(context);
    const { subject, requestId } = request;
    const { vendor, response } = await vendors.begin(call, BiometricsProviderService.method.openChallenge, subject, {
      validSeconds: VALID_SECONDS,
      requestId,
    });
    const opened = requireValid(ProviderChallengeSchema, response, vendor);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, BiometricsService.method.startLivenessChallenge, request, async () => {
        const at = now();
        const challenge = toChallenge(opened, { id: newId(), subject, vendor, at });
        await insertChallenge(transaction, call.tenant, challenge);
        await outbox.append(transaction, [challengeStarted(call.tenant, challenge)]);
        return fromChallenge(challenge, at);
      }),
    );
  };
}
