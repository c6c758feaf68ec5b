/** What is noted of a challenge once its vendor has spoken. */
import type { Call } from "#platform/rpc/call.ts";
import { type Challenge, settled, type Verdict } from "../domain/challenge.ts";
import { challengeEnded } from "../events/outbox.ts";
import type { BiometricsDeps } from "../service.ts";
import { findChallenge, updateChallengeRow } from "../store/challenge-store.ts";

/** Notes the verdict, with its event; the first to know has the word. Answers the challenge as it is then. */
export function settleChallenge(
  { database, outbox, now }: BiometricsDeps,
  call: Call,
  challenge: Challenge,
  verdict: Verdict,
): Promise<Challenge> {
  return database.tenant(call, async (transaction) => {
    const before = (await findChallenge(transaction, challenge.id, "update")) ?? challenge;
    const after = settled(before, verdict, now());
    if (after === undefined) {
      return before;
    }
    await updateChallengeRow(transaction, call.tenant, after);
    await outbox.append(transaction, [challengeEnded(call.tenant, after)]);
    return after;
  });
}
