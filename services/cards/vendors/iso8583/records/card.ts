/** A card as the vendor keeps it: what it asked for, and what the host told of it last. */
import type { JsonValue } from "@bufbuild/protobuf";
import type { IsoMessage } from "../link/codec.ts";
import { type PrivateData, unpackPrivateData } from "../link/private-data.ts";

/** Names of the contract's enums are kept as they are in JSON. */
export interface CardFacts {
  readonly form: number;
  /** Letter of the host: inactive, active, frozen, closed. */
  readonly state: string;
  readonly closeReason: number;
  readonly bin: string;
  readonly lastFour: string;
  /** YYMM. */
  readonly expiry: string;
  readonly currency: string;
  readonly fundingAccount: string;
  /** CardControls as JSON; absent or null: none. */
  readonly controls?: JsonValue;
  readonly replaces?: string;
  readonly hasPin: boolean;
  /** The host's count of changes. */
  readonly version: number;
}

/** What an answer of the host tells of a card. */
export interface ToldCard extends Pick<CardFacts, "state" | "closeReason" | "version" | "expiry" | "hasPin"> {
  /** Version of the card that was closed in favour of this one. */
  readonly replacedVersion?: number;
}

/** Reads it; undefined where the answer does not tell it as agreed. */
export function toldOfCard(fields: IsoMessage["fields"]): ToldCard | undefined {
  const data = readPrivateData(fields[120]);
  const { ST: state, CR: closeReason, VN: version, OV: replacedVersion } = data;
  const expiry = fields[14];
  if (state === undefined || !/^[IAFC]$/.test(state) || !isCount(closeReason) || !isCount(version)) {
    return undefined;
  }
  if (expiry === undefined || !/^[0-9]{2}(0[1-9]|1[0-2])$/.test(expiry)) {
    return undefined;
  }
  return {
    state,
    closeReason: Number(closeReason),
    version: Number(version),
    expiry,
    hasPin: data["PN"] === "1",
    ...(isCount(replacedVersion) ? { replacedVersion: Number(replacedVersion) } : {}),
  };
}

/** Private data, empty where it cannot be read. */
export function readPrivateData(text: string | undefined): PrivateData {
  try {
    return unpackPrivateData(text);
  } catch {
    // What an unreadable answer tells is nothing; who asks for a part of it finds it lacking.
    return {};
  }
}

/** A number as the host writes numbers. */
export function isCount(text: string | undefined): text is string {
  return text !== undefined && /^[0-9]{1,15}$/.test(text);
}
