/** A challenge and the rules of its life. */

/** Where a challenge stands. */
export type ChallengeState = "open" | "passed" | "failed" | "expired" | "unknown";

/** Somebody is asked to show that they live. Actions and failures are numbers of the contract. */
export interface Challenge {
  readonly id: string;
  readonly subject: string;
  readonly state: ChallengeState;
  readonly actions: readonly number[];
  readonly nonce: string;
  readonly expireTime: Date;
  readonly failure: number;
  readonly vendor: string;
  /** The vendor's own name for it. */
  readonly reference: string;
  readonly createTime: Date;
  readonly updateTime: Date;
}

/** Why an answer is refused. */
export type ChallengeRefusal = "challenge_not_found" | "challenge_not_open";

/** How a vendor says that a challenge stands. */
export interface Verdict {
  readonly state: "open" | "passed" | "failed" | "expired";
  readonly failure: number;
}

/** The challenge while it is answered: until the vendor's verdict is known, it is unknown. */
export function answering(challenge: Challenge | undefined, at: Date): Challenge | ChallengeRefusal {
  if (challenge === undefined) {
    return "challenge_not_found";
  }
  return challenge.state === "open" && at <= challenge.expireTime
    ? { ...challenge, state: "unknown", updateTime: at }
    : "challenge_not_open";
}

/** The challenge after a verdict; undefined where there is nothing to change. An answer under way ends, or its time does. */
export function settled(challenge: Challenge, { state, failure }: Verdict, at: Date): Challenge | undefined {
  return challenge.state === "unknown" && state !== "open"
    ? { ...challenge, state, failure, updateTime: at }
    : undefined;
}

/** The challenge again as it was, when the vendor certainly had nothing of the answer. */
export function reopened(challenge: Challenge, at: Date): Challenge | undefined {
  return challenge.state === "unknown" ? { ...challenge, state: "open", updateTime: at } : undefined;
}

/** Where it stands to a reader: nobody answered in time. */
export function stateAt({ state, expireTime }: Challenge, at: Date): ChallengeState {
  return state === "open" && at > expireTime ? "expired" : state;
}
