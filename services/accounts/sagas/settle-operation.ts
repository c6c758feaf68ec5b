/** Posts and ends an operation that was decided. Safe to run again, and by several at once. */
import type { Call } from "#platform/rpc/call.ts";
import type { Operation } from "../domain/operation.ts";
import { operationFact } from "../events/outbox.ts";
import { postOperation } from "../peers/ledger-transfers.ts";
import type { AccountsDeps } from "../service.ts";
import { endOperation, requireOperation } from "../store/operation-store.ts";

/** Moves the money and writes down how that ended, with its event, once. */
export async function settleOperation(
  { ledger, database, outbox }: Pick<AccountsDeps, "ledger" | "database" | "outbox">,
  call: Call,
  operation: Operation,
): Promise<Operation> {
  const outcome = await postOperation(ledger, call, operation);
  return database.tenant(call, async (transaction) => {
    const ended = await endOperation(transaction, operation.id, outcome);
    if (ended === undefined) {
      return requireOperation(transaction, operation.id);
    }
    if (outcome.state === "posted") {
      await outbox.append(transaction, [operationFact(call.tenant, ended)]);
    }
    return ended;
  });
}
