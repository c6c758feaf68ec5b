/** The ledger as clauses see it: the books of one tenant, and what is asked of them most. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Event } from "#gen/malla/event/v1/event_pb.js";
import { CreateAccountStatus, CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import type { Account, Transfer } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { AccountInit, TransferInit } from "./build.ts";
import type { LedgerClient, LedgerHarness } from "./harness.ts";

/** Name of a status of CreateAccounts, without its prefix. */
export type AccountStatus = keyof typeof CreateAccountStatus;
/** Name of a status of CreateTransfers, without its prefix. */
export type TransferStatus = keyof typeof CreateTransferStatus;

/** Statuses that were answered so far. */
export interface Provoked {
  readonly accounts: Set<AccountStatus>;
  readonly transfers: Set<TransferStatus>;
}

/** The books of one tenant. */
export interface Ledger {
  readonly tenant: string;
  readonly client: LedgerClient;
  /** Sends accounts and names what became of them. */
  create(...accounts: AccountInit[]): Promise<AccountStatus[]>;
  /** Makes accounts, which must succeed. */
  make(...accounts: AccountInit[]): Promise<void>;
  /** Sends transfers and names what became of them. */
  send(...transfers: TransferInit[]): Promise<TransferStatus[]>;
  /** Books transfers, which must succeed. */
  book(...transfers: TransferInit[]): Promise<void>;
  /** An account that exists. */
  account(account: { readonly id: string }): Promise<Account>;
  /** A transfer that exists. */
  transfer(transfer: { readonly id: string }): Promise<Transfer>;
  /** Its four sums. */
  sums(account: { readonly id: string }): Promise<Sums>;
  /** The books of another tenant of the same ledger, empty. */
  elsewhere(): Ledger;
  /** The tenant's events, as soon as there are `count`; only for clauses that need them. */
  events(count: number): Promise<readonly Event[]>;
  /** The same books after the ledger was down; only for clauses that need it. */
  restart(whileDown: () => Promise<void>): Promise<Ledger>;
  /** Notes statuses that came by another way than `create` and `send`. */
  note(...statuses: CreateTransferStatus[]): TransferStatus[];
}

/** Sums of an account, in minor units: debits posted and pending, credits posted and pending. */
export type Sums = readonly [debits: bigint, debitsPending: bigint, credits: bigint, creditsPending: bigint];

/** Opens the books of a tenant; by default of a new one. */
export function openLedger(
  harness: LedgerHarness,
  provoked: Provoked,
  tenant = `conformance-${randomUUID().slice(0, 13)}`,
): Ledger {
  const client = harness.client(tenant);
  const ledger: Ledger = {
    tenant,
    client,
    async create(...accounts) {
      const { results } = await client.createAccounts({ accounts });
      const names = results.map(({ status }) => nameOf(CreateAccountStatus, status));
      for (const name of names) {
        provoked.accounts.add(name);
      }
      return names;
    },
    async make(...accounts) {
      assert.deepEqual(
        await ledger.create(...accounts),
        accounts.map(() => "CREATED"),
      );
    },
    async send(...transfers) {
      const { results } = await client.createTransfers({ transfers });
      return ledger.note(...results.map(({ status }) => status));
    },
    async book(...transfers) {
      assert.deepEqual(
        await ledger.send(...transfers),
        transfers.map(() => "CREATED"),
      );
    },
    async account({ id }) {
      const { accounts } = await client.lookupAccounts({ ids: [id] });
      return present(accounts[0], `account ${id}`);
    },
    async transfer({ id }) {
      const { transfers } = await client.lookupTransfers({ ids: [id] });
      return present(transfers[0], `transfer ${id}`);
    },
    async sums(asked) {
      return sumsOf(await ledger.account(asked));
    },
    elsewhere: () => openLedger(harness, provoked),
    events: (count) => present(harness.events, "the harness's events")(tenant, count),
    async restart(whileDown) {
      await present(harness.restart, "the harness's restart")(whileDown);
      return openLedger(harness, provoked, tenant);
    },
    note(...statuses) {
      const names = statuses.map((status) => nameOf(CreateTransferStatus, status));
      for (const name of names) {
        provoked.transfers.add(name);
      }
      return names;
    },
  };
  return ledger;
}

/** The four sums of an account or a balance. */
export function sumsOf(of: {
  readonly debitsPosted: bigint;
  readonly debitsPending: bigint;
  readonly creditsPosted: bigint;
  readonly creditsPending: bigint;
}): Sums {
  return [of.debitsPosted, of.debitsPending, of.creditsPosted, of.creditsPending];
}

/** A value that the ledger must have given. */
export function present<Value>(value: Value | undefined, what: string): Value {
  assert.ok(value !== undefined, `${what} is missing`);
  return value;
}

function nameOf<Enum extends Record<string, string | number>>(of: Enum, value: number): keyof Enum {
  const name = of[value];
  assert.ok(typeof name === "string", `a status that the contract does not know: ${value}`);
  return name;
}
