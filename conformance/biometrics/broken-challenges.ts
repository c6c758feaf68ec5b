/** Vendors whose challenges are wrong on purpose. */
import { create } from "@bufbuild/protobuf";
import {
  type ProviderChallenge,
  ProviderChallengeSchema,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { LivenessFailure, LivenessChallenge_State as State } from "#gen/malla/biometrics/v1/liveness_pb.js";
import type { Broken, Change } from "./broken.ts";

/** How broken vendors are made of the reference. */
type Make = (name: string, says: string, fails: readonly string[], change: Change) => Broken;

/** All of them. */
export function brokenChallenges(broken: Make): readonly Broken[] {
  return [
    broken("monotonous", "gives all challenges one nonce", ["BIO-050", "BIO-052"], ({ vendor, booksOf }) => ({
      openChallenge: async (request, context) => {
        const { challenge = "" } = await vendor.openChallenge(request, context);
        const made = booksOf(context).challenges.get(challenge);
        return Object.assign(made ?? create(ProviderChallengeSchema), { nonce: "a-nonce-for-all-challenges" });
      },
    })),
    broken("dull", "takes a picture twice", ["BIO-051", "BIO-056"], ending(passing(LivenessFailure.FRAMES_REPEATED))),
    broken("deaf", "takes any nonce", ["BIO-052"], ending(passing(LivenessFailure.NONCE_MISMATCH))),
    broken("undated", "takes frames of any time", ["BIO-057"], ending(passing(LivenessFailure.FRAMES_NOT_FRESH))),
    broken(
      "timeless",
      "takes an answer at any time",
      ["BIO-054"],
      ending((ended) => (ended.state === State.EXPIRED ? { ...ended, state: State.PASSED } : ended)),
    ),
    broken(
      "gruff",
      "passes nobody",
      ["BIO-055"],
      ending((ended) =>
        ended.state === State.PASSED
          ? { ...ended, state: State.FAILED, failure: LivenessFailure.ACTION_NOT_SEEN }
          : ended,
      ),
    ),
    broken("patient", "takes an answer again and again", ["BIO-053"], ({ vendor, booksOf }) => ({
      async answerChallenge(requests, context) {
        const ended = await vendor.answerChallenge(requests, context);
        const kept = booksOf(context).challenges.get(ended.challenge ?? "");
        if (kept?.failure === LivenessFailure.NONCE_MISMATCH) {
          booksOf(context).challenges.set(
            kept.challenge,
            create(ProviderChallengeSchema, { ...kept, state: State.OPEN }),
          );
        }
        return ended;
      },
    })),
    broken("evasive", "says of every challenge that it is open", ["BIO-058"], ({ vendor }) => ({
      readChallenge: async (request, context) => {
        const said = await vendor.readChallenge(request, context);
        return create(ProviderChallengeSchema, { ...said, state: State.OPEN, failure: LivenessFailure.UNSPECIFIED });
      },
    })),
  ];
}

/** Ends challenges otherwise than the reference does, and says so afterwards, too. */
function ending(change: (ended: ProviderChallenge) => ProviderChallenge): Change {
  return ({ vendor, booksOf }) => ({
    async answerChallenge(requests, context) {
      const { challenge = "" } = await vendor.answerChallenge(requests, context);
      const kept = booksOf(context).challenges.get(challenge);
      const changed = change(kept ?? create(ProviderChallengeSchema));
      booksOf(context).challenges.set(challenge, changed);
      return changed;
    },
  });
}

/** Passes what fails for this reason. */
function passing(failure: LivenessFailure): (ended: ProviderChallenge) => ProviderChallenge {
  return (ended) =>
    ended.failure === failure ? { ...ended, state: State.PASSED, failure: LivenessFailure.UNSPECIFIED } : ended;
}
