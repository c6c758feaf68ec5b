import type { ConnectError } from "@connectrpc/connect";
import { ProviderChallengeSchema } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import type { AnswerLivenessChallengeRequest } from "#gen/malla/biometrics/v1/biometrics_service_pb.js";
import { failedAttemptOf } from "#platform/mesh/vendor-mesh.ts";
import { type Call, callOf } from "#platform/rpc/call.ts";
import { answering, type Challenge, reopened } from "../domain/challenge.ts";
import { biometricsRefused } from "../errors.ts";
import { fromChallenge, idOf, toVerdict } from "../mapping.ts";
import { requireValid } from "../peers/vendor-answer.ts";
import { settleChallenge } from "../sagas/verdict.ts";
import type { BiometricsDeps, BiometricsHandlers } from "../service.ts";
import { findChallenge, updateChallengeRow } from "../store/challenge-store.ts";

type Steps = AsyncIterator<AnswerLivenessChallengeRequest>;

/**
 * Passes frames to the vendor as they come. The challenge is UNKNOWN from before the first one on, so that it is answered
 * once, and so that the resolver finds it whatever happens here.
 */
export function answerLivenessChallenge(deps: BiometricsDeps): BiometricsHandlers["answerLivenessChallenge"] {
  return async (requests, context) => {
    const call = callOf(context);
    const steps = requests[Symbol.asyncIterator]();
    const challenge = await takeChallenge(deps, call, await nameOf(steps));
    const { vendor, reference } = challenge;
    const broken: { fault?: ConnectError } = {};
    try {
      const answer = await deps.vendors.at(vendor, call).answerChallenge(framesOf(reference, steps, broken));
      const verdict = toVerdict(requireValid(ProviderChallengeSchema, answer, vendor));
      return fromChallenge(await settleChallenge(deps, call, challenge, verdict), deps.now());
    } catch (error) {
      if (broken.fault !== undefined || failedAttemptOf(error)?.outcome === "not_begun") {
        await reopenChallenge(deps, call, challenge);
        throw broken.fault ?? error;
      }
      deps.log.warn({ err: error, vendor, challenge: challenge.id }, "a vendor did not say how a challenge ended");
      return fromChallenge(challenge, deps.now());
    }
  };
}

async function nameOf(steps: Steps): Promise<string> {
  const first = await steps.next();
  if (first.done === true || first.value.step.case !== "name") {
    throw biometricsRefused("stream_invalid");
  }
  return first.value.step.value;
}

async function* framesOf(reference: string, steps: Steps, broken: { fault?: ConnectError }) {
  yield { step: { case: "challenge" as const, value: reference } };
  for (;;) {
    const next = await steps.next();
    if (next.done === true) {
      return;
    }
    const { step } = next.value;
    if (step.case !== "frame") {
      broken.fault = biometricsRefused("stream_invalid");
      throw broken.fault;
    }
    yield { step: { case: "frame" as const, value: step.value } };
  }
}

/** Notes that the challenge is being answered. */
function takeChallenge(
  { database, now, resolveAfterMs }: BiometricsDeps,
  call: Call,
  name: string,
): Promise<Challenge> {
  return database.tenant(call, async (transaction) => {
    const taken = answering(await findChallenge(transaction, idOf(name), "update"), now());
    if (typeof taken === "string") {
      throw biometricsRefused(taken, { name });
    }
    await updateChallengeRow(transaction, call.tenant, taken, new Date(call.deadlineMs + resolveAfterMs));
    return taken;
  });
}

async function reopenChallenge({ database, now }: BiometricsDeps, call: Call, challenge: Challenge): Promise<void> {
  await database.tenant(call, async (transaction) => {
    const before = await findChallenge(transaction, challenge.id, "update");
    const after = before === undefined ? undefined : reopened(before, now());
    if (after !== undefined) {
      await updateChallengeRow(transaction, call.tenant, after);
    }
  });
}
