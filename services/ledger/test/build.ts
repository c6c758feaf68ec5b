/** What tests of the ledger send. */
import { randomUUID } from "node:crypto";
import type { Message, MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { expect } from "vitest";
import { CreateAccountStatus, CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { type AccountSchema, BalanceConstraint, type TransferSchema } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";

type LedgerClient = Client<typeof LedgerService>;
type AccountInit = Exclude<MessageInitShape<typeof AccountSchema>, Message>;
type TransferInit = Exclude<MessageInitShape<typeof TransferSchema>, Message>;

/** An unbounded account in BRL. */
export function account(over: AccountInit = {}): AccountInit & { id: string } {
  return { ledger: 1, currencyCode: "BRL", code: 10, ...over, id: over.id ?? randomUUID() };
}

/** An account that never owes more than its overdraft. */
export function deposit(overdraftLimit = 0n): AccountInit & { id: string } {
  return account({ balanceConstraint: BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS, overdraftLimit });
}

/** A transfer in BRL. */
export function transfer(
  debit: { id: string },
  credit: { id: string },
  minorUnits: bigint,
  over: TransferInit = {},
): TransferInit & { id: string } {
  return {
    debitAccountId: debit.id,
    creditAccountId: credit.id,
    amount: { currencyCode: "BRL", minorUnits },
    code: 1,
    ...over,
    id: over.id ?? randomUUID(),
  };
}

/** Makes accounts, which must succeed. */
export async function make(client: LedgerClient, ...accounts: AccountInit[]): Promise<void> {
  const { results } = await client.createAccounts({ accounts });
  expect(results.map(({ status }) => CreateAccountStatus[status])).toEqual(accounts.map(() => "CREATED"));
}

/** Sends transfers and names what became of them. */
export async function send(client: LedgerClient, ...transfers: TransferInit[]): Promise<string[]> {
  const { results } = await client.createTransfers({ transfers });
  return results.map(({ status }) => CreateTransferStatus[status] ?? String(status));
}

/** Credits minus debits of an account. */
export async function balanceOf(client: LedgerClient, { id }: { id: string }): Promise<bigint> {
  const { accounts } = await client.lookupAccounts({ ids: [id] });
  return (accounts[0]?.creditsPosted ?? 0n) - (accounts[0]?.debitsPosted ?? 0n);
}
