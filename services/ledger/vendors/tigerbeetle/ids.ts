/** Ids of the contract, which are a tenant's own, to TigerBeetle's, which are the whole cluster's. */
import { hash } from "node:crypto";
import { MAX_U128 } from "./tigerbeetle.ts";

/** The id of all zeros, which stands for none. */
export const ZERO_UUID = "00000000-0000-0000-0000-000000000000";

/** An id as it is kept: lower case; missing is all zeros. */
export function normalUuid(id: string): string {
  return id === "" ? ZERO_UUID : id.toLowerCase();
}

/** The 128 bits of a UUID. */
export function u128OfUuid(uuid: string): bigint {
  return BigInt(`0x${uuid.replaceAll("-", "")}`);
}

/** 128 bits written as a UUID. */
export function uuidOfU128(value: bigint): string {
  const digits = value.toString(16).padStart(32, "0");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    "-",
  );
}

/**
 * TigerBeetle's id of a tenant's account or transfer: 128 bits of SHA-256, so that nobody finds an id that meets another
 * tenant's. All zeros and all ones stay what they are, for TigerBeetle refuses them by their own names.
 */
export function idOf(tenant: string, uuid: string): bigint {
  const value = u128OfUuid(uuid);
  return value === 0n || value === MAX_U128 ? value : derivedId(["id", tenant, uuid]);
}

/** Id of the account that stands against all overdraft limits of one of TigerBeetle's ledgers. */
export function facilityAccountId(ledgerNumber: number): bigint {
  return derivedId(["facility", String(ledgerNumber)]);
}

/** Id of the transfer that gives an account its overdraft limit. */
export function facilityTransferId(accountId: bigint): bigint {
  return derivedId(["facility transfer", uuidOfU128(accountId)]);
}

/** Id of the transfer that asks what has become of a pending one; it is never booked. */
export function probeId(pendingId: bigint): bigint {
  return derivedId(["probe", uuidOfU128(pendingId)]);
}

/** Id of an account that is never made: a transfer that names it fails, and its id is spent. */
export const NO_ACCOUNT = derivedId(["no account"]);

/** 64 bits that stand for a text, never 0. */
export function digestOf(text: string): bigint {
  const digest = BigInt(`0x${hash("sha256", text).slice(0, 16)}`);
  return digest === 0n ? 1n : digest;
}

function derivedId(parts: readonly string[]): bigint {
  const id = BigInt(`0x${hash("sha256", JSON.stringify(parts)).slice(0, 32)}`);
  // Of 2^128 values these two are not ids.
  return id === 0n || id === MAX_U128 ? 1n : id;
}
