/** What TigerBeetle has no room for, and the digest by which it says which note of an item is the true one. */
import { stringify } from "safe-stable-stringify";
import type { Account, Transfer } from "#gen/malla/ledger/v1/ledger_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { digestOf, normalUuid, ZERO_UUID } from "./ids.ts";

/** Of an account. */
export interface AccountNote {
  readonly metadata: Readonly<Record<string, string>>;
  readonly overdraftLimit: bigint;
}

/** Of a transfer. */
export interface TransferNote {
  readonly metadata: Readonly<Record<string, string>>;
  readonly reversesId: string | undefined;
}

/** Nothing to note. */
export const NO_ACCOUNT_NOTE: AccountNote = { metadata: {}, overdraftLimit: 0n };
/** Nothing to note. */
export const NO_TRANSFER_NOTE: TransferNote = { metadata: {}, reversesId: undefined };

/** The note that an account comes with. */
export function noteOfAccount({ metadata, overdraftLimit }: Account): AccountNote {
  return { metadata: storable(metadata), overdraftLimit };
}

/** The note that a transfer comes with. */
export function noteOfTransfer({ metadata, reversesId }: Transfer): TransferNote {
  const id = normalUuid(reversesId);
  return { metadata: storable(metadata), reversesId: id === ZERO_UUID ? undefined : id };
}

/** Stands for an account's note in TigerBeetle's user_data_64; 0 for nothing noted. */
export function digestOfAccountNote({ metadata, overdraftLimit }: AccountNote): bigint {
  return isEmpty(metadata) && overdraftLimit === 0n ? 0n : digestOf(canonical([metadata, String(overdraftLimit)]));
}

/** Stands for a transfer's note in TigerBeetle's user_data_64; 0 for nothing noted. */
export function digestOfTransferNote({ metadata, reversesId }: TransferNote): bigint {
  return isEmpty(metadata) && reversesId === undefined ? 0n : digestOf(canonical([metadata, reversesId ?? ""]));
}

/** Whether two have the same labels, in whatever order. */
export function isSameMetadata(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  return canonical(one) === canonical(other);
}

/** Whether there are no labels. */
export function isEmpty(metadata: Readonly<Record<string, string>>): boolean {
  return Object.keys(metadata).length === 0;
}

function canonical(value: unknown): string {
  return stringify(value) ?? "";
}

/** @throws TEXT_INVALID: PostgreSQL keeps no NUL. */
function storable(metadata: Record<string, string>): Record<string, string> {
  if (Object.values(metadata).some((value) => value.includes("\0"))) {
    throw meshError("TEXT_INVALID");
  }
  return metadata;
}
