/** Ends what vendors left open: enrolments and answers whose outcome nobody heard, erasures that were not confirmed. */
import { ProviderChallengeSchema } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { type Rounds, startRounds } from "#platform/lifecycle/rounds.ts";
import { type Call, ownCall } from "#platform/rpc/call.ts";
import { isHeld } from "../domain/template.ts";
import { toVerdict } from "../mapping.ts";
import { requireValid } from "../peers/vendor-answer.ts";
import type { BiometricsDeps } from "../service.ts";
import { findChallenge } from "../store/challenge-store.ts";
import { findTemplate } from "../store/template-store.ts";
import { takeUnresolved, type Unresolved } from "../store/unresolved-store.ts";
import { lookUpEnrolment, settleEnrolment } from "./enrolment.ts";
import { eraseAtVendor } from "./erasure.ts";
import { settleChallenge } from "./verdict.ts";

/** Longest pause between two looks, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** Most that is worked on at once: leaves half of the ordinary pool of connections to callers. */
const BATCH = 10;
/** Longest one try may take, in milliseconds. */
const TRY_TIMEOUT_MS = 5_000;

type Resolve = (deps: BiometricsDeps, call: Call, id: string) => Promise<unknown>;

/** Starts to look for what is open. Several processes share it. */
export function startResolver(deps: BiometricsDeps): Rounds {
  return startRounds(
    async (signal) => {
      const taken = await Promise.all([
        resolveBatch("templates", resolveTemplate, deps, signal),
        resolveBatch("challenges", resolveChallenge, deps, signal),
      ]);
      return Math.max(...taken) >= BATCH;
    },
    {
      everyMs: Math.min(LOOK_EVERY_MS, deps.resolveAfterMs),
      log: deps.log,
      failed: "could not look for what is open",
    },
  );
}

/** Resolves what is due; answers how much that was. */
async function resolveBatch(
  from: "templates" | "challenges",
  resolve: Resolve,
  deps: BiometricsDeps,
  signal: AbortSignal,
): Promise<number> {
  const { database, log, resolveAfterMs } = deps;
  const resolveOne = async ({ tenant, id }: Unresolved) => {
    try {
      await resolve(deps, ownCall("biometrics", tenant, TRY_TIMEOUT_MS, signal), id);
    } catch (error) {
      log.warn({ err: error, tenant, from, id }, "could not resolve; will try again");
    }
  };
  try {
    const due = await database.worker((transaction) => takeUnresolved(transaction, from, BATCH, resolveAfterMs));
    await Promise.all(due.map(resolveOne));
    return due.length;
  } catch (error) {
    log.warn({ err: error, from }, "could not look for what is open");
    return 0;
  }
}

const resolveTemplate: Resolve = async (deps, call, id) => {
  const template = await deps.database.tenant(call, (transaction) => findTemplate(transaction, id));
  if (template?.state === "deleting" && isHeld(template)) {
    await eraseAtVendor(deps, call, template);
  } else if (template?.state === "pending" || template?.state === "unknown") {
    const outcome = await lookUpEnrolment(deps, call, template);
    if (outcome !== undefined) {
      await settleEnrolment(deps, call, id, outcome);
    }
  }
};

const resolveChallenge: Resolve = async (deps, call, id) => {
  const challenge = await deps.database.tenant(call, (transaction) => findChallenge(transaction, id));
  if (challenge?.state === "unknown") {
    const { vendor, reference } = challenge;
    const answer = await deps.vendors.at(vendor, call).readChallenge({ challenge: reference });
    await settleChallenge(deps, call, challenge, toVerdict(requireValid(ProviderChallengeSchema, answer, vendor)));
  }
};
