import { callOf } from "#platform/rpc/call.ts";
import { biometricsRefused } from "../errors.ts";
import { fromChallenge, idOf } from "../mapping.ts";
import type { BiometricsDeps, BiometricsHandlers } from "../service.ts";
import { findChallenge } from "../store/challenge-store.ts";

/** Reads a challenge. */
export function getLivenessChallenge({ database, now }: BiometricsDeps): BiometricsHandlers["getLivenessChallenge"] {
  return async ({ name }, context) => {
    const challenge = await database.tenant(callOf(context), (transaction) => findChallenge(transaction, idOf(name)));
    if (challenge === undefined) {
      throw biometricsRefused("challenge_not_found", { name });
    }
    return fromChallenge(challenge, now());
  };
}
