/** An authorization as the vendor keeps it: what was asked, and what the host told of it last. */
import type { IsoMessage } from "../link/codec.ts";
import type { Original } from "../link/original.ts";
import { isCount, readPrivateData } from "./card.ts";

/** What an answer of the host tells of an authorization; amounts in minor units. */
export interface ToldAuthorization {
  /** Letter of the host (approved, cleared, reversed, expired), or D where it was declined. */
  readonly state: string;
  readonly requested: string;
  readonly approved: string;
  readonly held: string;
  readonly reversed: string;
  readonly cleared: string;
  readonly refunded: string;
  readonly disputed: string;
  readonly chargedBack: string;
  /** In milliseconds since 1970; 0 where declined. */
  readonly expiresAtMs: number;
  readonly version: number;
}

/** An authorization. */
export interface AuthorizationFacts extends ToldAuthorization {
  /** The vendor's reference of the card; empty where there is no such card. */
  readonly card: string;
  readonly currency: string;
  readonly approvalCode: string;
  /** Numbers that the host knows it by; absent where it was declined without asking. */
  readonly original?: Original;
}

/** Elements of field 120, and what they are here. */
const AMOUNTS = {
  requested: "RQ",
  approved: "AP",
  held: "HL",
  reversed: "RV",
  cleared: "CL",
  refunded: "RF",
  disputed: "DP",
  chargedBack: "CB",
} as const;

/** Reads it; undefined where the answer does not tell it as agreed. */
export function toldOfAuthorization(fields: IsoMessage["fields"]): ToldAuthorization | undefined {
  const data = readPrivateData(fields[120]);
  const { ST: state, XT: expiresAtMs, VN: version } = data;
  const amount = (name: keyof typeof AMOUNTS) => data[AMOUNTS[name]] ?? "";
  const told = {
    requested: amount("requested"),
    approved: amount("approved"),
    held: amount("held"),
    reversed: amount("reversed"),
    cleared: amount("cleared"),
    refunded: amount("refunded"),
    disputed: amount("disputed"),
    chargedBack: amount("chargedBack"),
  };
  const isWhole = state !== undefined && /^[ACRX]$/.test(state) && isCount(expiresAtMs) && isCount(version);
  return isWhole && Object.values(told).every(isCount)
    ? { ...told, state, expiresAtMs: Number(expiresAtMs), version: Number(version) }
    : undefined;
}

/** One that was declined: nothing of it is anywhere. */
export function declined(
  asked: Pick<AuthorizationFacts, "card" | "currency" | "requested"> & { readonly original?: Original },
): AuthorizationFacts {
  return {
    ...asked,
    state: "D",
    approved: "0",
    held: "0",
    reversed: "0",
    cleared: "0",
    refunded: "0",
    disputed: "0",
    chargedBack: "0",
    approvalCode: "",
    expiresAtMs: 0,
    version: 1,
  };
}

/** As it stands at a time: what is held past its time is held no more, as the host reckons too. */
export function asOf(facts: AuthorizationFacts, at: Date): AuthorizationFacts {
  return facts.state === "A" && facts.held !== "0" && facts.expiresAtMs <= at.getTime()
    ? { ...facts, state: "X", held: "0", version: facts.version + 1 }
    : facts;
}
