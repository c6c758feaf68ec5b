/** Moves of an authorization that there is: written down, asked, ended. Nothing that was asked for is forgotten. */
import { type DescMessage, type DescMethodUnary, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import {
  type Authorization as AuthorizationMessage,
  AuthorizationSchema,
} from "#gen/malla/cards/v1/authorization_pb.js";
import type { Money } from "#gen/malla/type/v1/money_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import { refusalOfMove } from "../domain/authorization.ts";
import { cardsRefused } from "../errors.ts";
import { authorizationName, fromAuthorization, idOf } from "../mapping.ts";
import { askMove } from "../peers/ask-move.ts";
import { askVendor, vendorCall } from "../peers/ask-vendor.ts";
import { checkMove } from "../peers/check-answer.ts";
import type { CardsDeps } from "../service.ts";
import { type Authorization, findAuthorization } from "../store/authorization-store.ts";
import { findCard } from "../store/card-store.ts";
import { deleteRequest, moveRequest } from "../store/request-store.ts";
import { findBefore, writeDown } from "./begin-request.ts";
import { endMove, leaveUnknown } from "./end-move.ts";
import { readAnew } from "./read-anew.ts";

/** A move as a caller asks for it. */
export interface MoveRequest<I extends DescMessage> {
  readonly method: DescMethodUnary<I, typeof AuthorizationSchema>;
  readonly request: MessageShape<I> & { readonly name: string; readonly requestId: string };
  readonly amount: Money | undefined;
}

/** Carries a move out, and answers the authorization: UNKNOWN where no usable answer came in time. */
export async function moveAuthorization<I extends DescMessage>(
  deps: CardsDeps,
  call: Call,
  move: MoveRequest<I>,
): Promise<AuthorizationMessage> {
  const { method, request, amount } = move;
  const authorizationId = idOf(request.name);
  const begun = await deps.database.tenant(call, async (transaction) => {
    const before = await findBefore(transaction, call, move);
    if (before?.response != null) {
      return { response: before.response };
    }
    const known = await findAuthorization(transaction, authorizationId, "update");
    if (known === undefined) {
      throw cardsRefused("authorization_not_found", { name: authorizationName(authorizationId) });
    }
    if (before !== undefined) {
      return { known, isNew: false };
    }
    const isWholeReversal = method.name === "ReverseAuthorization" && amount === undefined;
    const refusal = refusalOfMove(known, { amount, isWholeReversal });
    if (refusal !== undefined) {
      throw cardsRefused(refusal, { name: request.name });
    }
    await writeDown(deps, transaction, call, move, { cardId: known.cardId, authorizationId, kept: request });
    if (isWholeReversal) {
      // An answer to what is reversed that is still on its way is not to be believed any more.
      await moveRequest(transaction, known.requestId, "undoing");
    }
    return { known, isNew: true };
  });
  if (begun.known === undefined) {
    return fromBinary(AuthorizationSchema, begun.response);
  }
  const { known, isNew } = begun;
  const outcome = await askForMove(deps, call, known, method.name, request);
  switch (outcome.kind) {
    case "answered":
      return endMove(deps, call, request.requestId, outcome.answer);
    case "refused":
      await deps.database.tenant(call, (transaction) => deleteRequest(transaction, request.requestId));
      if (!isNew) {
        // An earlier try left a doubt, and this answer ends it.
        await readAnew(deps, call, known.id);
      }
      throw outcome.error;
    case "unknown":
      deps.log.warn({ err: outcome.error, tenant: call.tenant, authorization: known.id }, "no usable answer to a move");
      return leaveUnknown(deps, call, known.id, isNew);
  }
}

/** Asks the vendor of an authorization for a move. */
export async function askForMove(deps: CardsDeps, call: Call, known: Authorization, method: string, request: unknown) {
  const card = await deps.database.tenant(call, (transaction) => findCard(transaction, known.cardId));
  const vendor = deps.vendors.at(known.vendor, vendorCall(call, deps.vendorTimeoutMs));
  return askVendor(
    () => askMove(vendor, known, method, request),
    (said) => checkMove(said, known, card?.vendorCard ?? ""),
  );
}

/** An authorization as it is now. */
export async function readAuthorization(
  { database }: Pick<CardsDeps, "database">,
  call: Call,
  id: string,
): Promise<{ readonly known: Authorization; readonly message: AuthorizationMessage }> {
  const known = await database.tenant(call, (transaction) => findAuthorization(transaction, id));
  if (known === undefined) {
    throw cardsRefused("authorization_not_found", { name: authorizationName(id) });
  }
  return { known, message: fromAuthorization(known) };
}
