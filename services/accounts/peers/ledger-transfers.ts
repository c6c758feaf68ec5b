/** Moves an operation's money in the ledger. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { TransferSchema } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import type { MeshClient } from "#platform/rpc/mesh-client.ts";
import { TRANSFER_CODES } from "../domain/chart.ts";
import type { Operation, Outcome } from "../domain/operation.ts";
import { ask } from "./ask.ts";
import { outcomeOf } from "./transfer-outcome.ts";

/**
 * Posts the legs of an operation, all or none. The ids of its transfers make sure that it happens once, however often
 * and by whomever this is called.
 *
 * @throws UNAVAILABLE and DEADLINE_EXCEEDED: whether money moved is then unknown, and calling again tells.
 */
export async function postOperation(
  ledger: MeshClient<typeof LedgerService>,
  call: Call,
  operation: Operation,
): Promise<Outcome> {
  const { results } = await ask("ledger", ledger.for(call).createTransfers({ transfers: transfersOf(operation) }));
  if (results.length !== operation.legs.length) {
    throw new Error(`the ledger gave ${results.length} results for operation ${operation.id}`);
  }
  return outcomeOf(operation.id, results);
}

/** What a statement needs to know of a transfer; no text of the caller's, which may be personal. */
function transfersOf(operation: Operation): MessageInitShape<typeof TransferSchema>[] {
  return operation.legs.map((leg, index) => ({
    id: leg.transferId,
    debitAccountId: leg.debitAccountId,
    creditAccountId: leg.creditAccountId,
    amount: { currencyCode: operation.amount.currencyCode, minorUnits: leg.amount },
    code: leg.code,
    linked: index < operation.legs.length - 1,
    metadata: {
      operation: operation.id,
      kind: leg.code === TRANSFER_CODES.fee ? "fee" : operation.kind,
      account: operation.accountId,
      ...(operation.creditorAccountId === undefined ? {} : { creditor_account: operation.creditorAccountId }),
    },
  }));
}
