/**
 * Every fault of a transfer or an account that stands alone, with what brings it about: single ones show that each
 * status is answered, pairs of them which comes first.
 */
import assert from "node:assert/strict";
import { CreateAccountStatusSchema, CreateTransferStatusSchema } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import type { AccountInit, Identified, TransferInit } from "./build.ts";
import type { AccountStatus, Ledger, TransferStatus } from "./ledger.ts";

/** A fault: the status it has, and the fields that bring it about. */
export interface Fault<Item, Status> {
  readonly status: Status;
  /** Made anew for each item, so that ids in it are fresh. */
  readonly fields: () => Item;
}

/** Faults that can befall one kind of item. */
export interface Faults<Item, Status> {
  /** What is faulty apart from the faults: "a transfer", "a post". */
  readonly of: string;
  /** Items sent before the faulty ones in the same request, such as the import that makes it one of imports. */
  readonly ahead: readonly Item[];
  /** An item that has no fault, with an id of its own. */
  readonly sound: () => Item & Identified;
  readonly faults: readonly Fault<Item, Status>[];
}

/** Faults of transfers. */
export type TransferFaults = Faults<TransferInit, TransferStatus>;
/** Faults of accounts. */
export type AccountFaults = Faults<AccountInit, AccountStatus>;

/** A fault. */
export function fault<Item extends object, Status>(status: Status, fields: Item | (() => Item)): Fault<Item, Status> {
  return { status, fields: typeof fields === "function" ? (fields as () => Item) : () => fields };
}

interface Case<Item, Status> {
  readonly item: Item;
  readonly expected: Status;
  readonly faults: string;
}

/** Sends items with one fault each, transfers. */
export async function provokeTransfers(ledger: Ledger, of: TransferFaults): Promise<void> {
  await judge(of, single(of), (...items) => ledger.send(...items));
}

/** Sends items with two faults each, transfers: the one whose status stands first in the enum is the answer. */
export async function comparePairsOfTransfers(ledger: Ledger, of: TransferFaults): Promise<void> {
  await judge(of, pairs(of, transferOrder), (...items) => ledger.send(...items));
}

/** Sends items with one fault each, accounts. */
export async function provokeAccounts(ledger: Ledger, of: AccountFaults): Promise<void> {
  await judge(of, single(of), (...items) => ledger.create(...items));
}

/** Sends items with two faults each, accounts. */
export async function comparePairsOfAccounts(ledger: Ledger, of: AccountFaults): Promise<void> {
  await judge(of, pairs(of, accountOrder), (...items) => ledger.create(...items));
}

// The order of the lines of the enum, which is not that of its numbers, is the order of its descriptor.
const transferOrder = CreateTransferStatusSchema.values.map(({ localName }) => localName);
const accountOrder = CreateAccountStatusSchema.values.map(({ localName }) => localName);

function single<Item extends object, Status>({ sound, faults }: Faults<Item, Status>): Case<Item, Status>[] {
  return faults.map(({ status, fields }) => ({
    item: { ...sound(), ...fields() },
    expected: status,
    faults: `${status}`,
  }));
}

/** All pairs of faults that lie in different fields, as one item can have both. */
function pairs<Item extends object, Status extends string>(
  { sound, faults }: Faults<Item, Status>,
  order: readonly string[],
): Case<Item, Status>[] {
  return faults.flatMap((one, index) =>
    faults.slice(index + 1).flatMap((other) => {
      const [left, right] = [one.fields(), other.fields()];
      if (one.status === other.status || Object.keys(left).some((field) => field in right)) {
        return [];
      }
      const isFirst = order.indexOf(one.status) < order.indexOf(other.status);
      return {
        item: { ...sound(), ...left, ...right },
        expected: isFirst ? one.status : other.status,
        faults: `${one.status} and ${other.status}`,
      };
    }),
  );
}

async function judge<Item, Status extends string>(
  { of, ahead }: Faults<Item, Status>,
  cases: readonly Case<Item, Status>[],
  send: (...items: Item[]) => Promise<Status[]>,
): Promise<void> {
  assert.ok(cases.length > 0);
  const statuses = (await send(...ahead, ...cases.map(({ item }) => item))).slice(ahead.length);
  const wrong = cases.flatMap(({ expected, faults }, index) =>
    statuses[index] === expected ? [] : [`${of} with ${faults}: ${statuses[index]}, not ${expected}`],
  );
  assert.deepEqual(wrong, []);
}
