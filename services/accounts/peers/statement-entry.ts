/** Entries of the ledger as lines of a customer's statement. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { validate as isUuid } from "uuid";
import { StatementEntry_Kind as Kind, type StatementEntrySchema } from "#gen/malla/accounts/v1/account_pb.js";
import { Direction, type Entry } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { Account } from "../domain/account.ts";
import { accountName } from "../mapping.ts";

/** Id of the operation that made an entry; undefined for money that moved past this service. */
export function operationIdOf({ transfer }: Entry): string | undefined {
  const id = transfer?.metadata["operation"] ?? "";
  return isUuid(id) ? id : undefined;
}

/** A line of the account's statement. `descriptions`: by operation, of those on the page. */
export function fromEntry(
  entry: Entry,
  account: Account,
  descriptions: ReadonlyMap<string, string>,
): MessageInitShape<typeof StatementEntrySchema> {
  const { transfer } = entry;
  if (transfer?.amount === undefined || transfer.bookTime === undefined) {
    throw new Error(`the ledger listed an incomplete entry of account ${account.id}`);
  }
  const { currencyCode } = account;
  const moved = transfer.amount.minorUnits;
  const operationId = operationIdOf(entry);
  return {
    transferId: transfer.id,
    bookTime: transfer.bookTime,
    kind: kindOf(transfer.metadata["kind"], entry.direction),
    amount: { currencyCode, minorUnits: entry.direction === Direction.CREDIT ? moved : -moved },
    balanceAfter: { currencyCode, minorUnits: entry.creditsPostedAfter - entry.debitsPostedAfter },
    operation: operationId === undefined ? "" : `operations/${operationId}`,
    counterpartyAccount: counterpartyOf(transfer.metadata, account.id),
    description: descriptions.get(operationId ?? "") ?? "",
  };
}

/** Money that moved past this service, straight in the ledger, reads as a transfer from or to nobody known. */
function kindOf(kind: string | undefined, direction: Direction): Kind {
  switch (kind) {
    case "deposit":
      return Kind.DEPOSIT;
    case "withdrawal":
      return Kind.WITHDRAWAL;
    case "fee":
      return Kind.FEE;
    default:
      return direction === Direction.CREDIT ? Kind.TRANSFER_IN : Kind.TRANSFER_OUT;
  }
}

function counterpartyOf(metadata: Readonly<Record<string, string>>, ownId: string): string {
  const { kind, account, creditor_account: creditor } = metadata;
  return kind === "transfer" ? accountName([account, creditor].find((id) => id !== ownId)) : "";
}
