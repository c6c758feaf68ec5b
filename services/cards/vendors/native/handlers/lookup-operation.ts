import { create, fromBinary } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import {
  CardsProviderService,
  MoveResponseSchema,
  Operation_State,
  OperationSchema,
  ProviderCardSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import { callOf } from "#platform/rpc/call.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { findMove } from "../store/move-store.ts";
import { findLink } from "../store/reveal-store.ts";

/** Says what became of a request. */
export function lookupOperation({ database }: NativeDeps): NativeHandlers["lookupOperation"] {
  return (request, context) => {
    const { requestId } = request;
    return database.tenant(callOf(context), async (transaction) => {
      const move = await findMove(transaction, requestId);
      if (move !== undefined) {
        return "plan" in move.progress
          ? create(OperationSchema, { requestId, state: Operation_State.IN_PROGRESS })
          : create(OperationSchema, {
              requestId,
              state: Operation_State.DONE,
              answer: { case: "move", value: fromBinary(MoveResponseSchema, move.progress.answer) },
            });
      }
      const other = await findOther(transaction, requestId);
      if (other === undefined) {
        return create(OperationSchema, { requestId, state: Operation_State.NOT_SEEN });
      }
      const answer = other.card === undefined ? undefined : fromBinary(ProviderCardSchema, other.card);
      return create(OperationSchema, {
        requestId,
        state: Operation_State.DONE,
        ...(answer === undefined ? {} : { answer: { case: "card" as const, value: answer } }),
      });
    });
  };
}

/** A request that moved no money; with the card that was answered, where one was. */
async function findOther(
  transaction: Transaction,
  requestId: string,
): Promise<{ readonly card: Buffer | undefined } | undefined> {
  const [first] = await transaction.execute<{ method: string; response: Buffer }>(sql`
    select method, response from idempotency where request_id = ${requestId}`);
  if (first === undefined) {
    return (await findLink(transaction, { requestId })) === undefined ? undefined : { card: undefined };
  }
  const method = CardsProviderService.methods.find(({ name }) => first.method.endsWith(`/${name}`));
  return { card: method?.output.typeName === ProviderCardSchema.typeName ? first.response : undefined };
}
