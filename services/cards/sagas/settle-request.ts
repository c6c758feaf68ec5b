/** Ends a request whose answer is lacking, by asking the vendor what became of it. */
import { fromBinary } from "@bufbuild/protobuf";
import { v5 as uuidv5 } from "uuid";
import { AuthorizationState as State } from "#gen/malla/cards/v1/authorization_pb.js";
import { CardCloseReason } from "#gen/malla/cards/v1/card_pb.js";
import { type MoveResponse, type Operation, Operation_State } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import { cardFacts } from "../events/outbox.ts";
import { askVendor, vendorCall } from "../peers/ask-vendor.ts";
import { checkCard, checkMove } from "../peers/check-answer.ts";
import type { CardsDeps } from "../service.ts";
import { type Authorization, findAuthorization } from "../store/authorization-store.ts";
import { type Card, findCard, updateCard } from "../store/card-store.ts";
import { deleteRequest, type KeptRequest, lockRequest, moveRequest } from "../store/request-store.ts";
import { endCardChange } from "./change-card.ts";
import { endMove, endUndoing } from "./end-move.ts";
import { askForCard, takeOutcome } from "./issue-card.ts";
import { askForMove } from "./move-authorization.ts";
import { readAnew, usable } from "./read-anew.ts";

/** Any fixed UUID serves as the name space (RFC 9562, section 6.5). */
const NAME_SPACE = "8e0b5f6a-31f5-4f6e-9a3e-62a3c2f1d0b7";

/**
 * Settles a request. `isAsked`: the caller is about to hear what became of it, so what was approved may stand; else an
 * authorization that nobody knows of is given back.
 *
 * @throws Error where the vendor still gives no usable answer: the request stays as it is.
 */
export async function settleRequest(deps: CardsDeps, call: Call, requestId: string, isAsked: boolean): Promise<void> {
  const found = await deps.database.tenant(call, async (transaction) => {
    const request = await lockRequest(transaction, call.tenant, requestId);
    const known = await findAuthorization(transaction, request?.authorizationId ?? "");
    return { request, known, card: await findCard(transaction, request?.cardId ?? "") };
  });
  const { request, known, card } = found;
  if (request === undefined || card === undefined || (request.state !== "open" && request.state !== "undoing")) {
    return;
  }
  if (known === undefined) {
    await settleCardRequest(deps, call, request, card);
    return;
  }
  const isAuthorize = request.method === CardsService.method.authorizeTransaction.name;
  if (request.state === "undoing" || (isAuthorize && !isAsked)) {
    await undo(deps, call, request, known, card);
    return;
  }
  const operation = await lookUp(deps, call, known.vendor, requestId);
  if (operation.answer.case === "move") {
    const said = operation.answer.value;
    usable(() => checkMove(said, known, card.vendorCard ?? ""));
    await endMove(deps, call, requestId, said);
  } else if (operation.state === Operation_State.NOT_SEEN) {
    await (isAuthorize ? undo(deps, call, request, known, card) : moveAgain(deps, call, request, known));
  }
}

/** Asks for a move again that the vendor never saw: what a caller asked for is not lost. */
async function moveAgain(deps: CardsDeps, call: Call, request: KeptRequest, known: Authorization): Promise<void> {
  const method = CardsService.methods.find(({ name }) => name === request.method);
  if (method === undefined) {
    throw new Error(`${request.method} is no RPC of cards`);
  }
  const outcome = await askForMove(deps, call, known, request.method, fromBinary(method.input, request.payload));
  switch (outcome.kind) {
    case "answered":
      await endMove(deps, call, request.requestId, outcome.answer);
      return;
    case "refused":
      deps.log.warn({ err: outcome.error, tenant: call.tenant, authorization: known.id }, "a move was refused late");
      await deps.database.tenant(call, (transaction) => deleteRequest(transaction, request.requestId));
      await readAnew(deps, call, known.id);
      return;
    case "unknown":
      throw outcome.error;
  }
}

/** Gives back whatever a request may have held or taken, and makes sure that it holds nothing if it comes late. */
async function undo(
  deps: CardsDeps,
  call: Call,
  request: KeptRequest,
  known: Authorization,
  card: Card,
): Promise<void> {
  const { requestId } = request;
  await deps.database.tenant(call, (transaction) => moveRequest(transaction, requestId, "undoing"));
  const vendor = () => deps.vendors.at(known.vendor, vendorCall(call, deps.vendorTimeoutMs));
  const ask = async (work: () => Promise<MoveResponse>) => {
    const outcome = await askVendor(work, (answer) => checkMove(answer, known, card.vendorCard ?? ""));
    if (outcome.kind !== "answered") {
      throw outcome.error;
    }
    return outcome.answer;
  };
  const said = await ask(() =>
    vendor().reverse({ authorizeRequestId: requestId, requestId: uuidv5(`${requestId}/undo`, NAME_SPACE) }),
  );
  const taken = said.authorization;
  if (taken?.state === State.CLEARED && taken.clearedAmount !== undefined && taken.refundedAmount?.minorUnits === 0n) {
    // It came in one message and was taken at once: there is no hold to give back, but money.
    const { authorization, clearedAmount: amount } = taken;
    const refundId = uuidv5(`${requestId}/refund`, NAME_SPACE);
    await endUndoing(
      deps,
      call,
      requestId,
      await ask(() => vendor().refund({ authorization, amount, requestId: refundId })),
    );
    return;
  }
  await endUndoing(deps, call, requestId, said);
}

async function settleCardRequest(deps: CardsDeps, call: Call, request: KeptRequest, card: Card): Promise<void> {
  const { requestId } = request;
  if (card.vendor === null) {
    await issueAgain(deps, call, requestId, card);
    return;
  }
  const operation = await lookUp(deps, call, card.vendor, requestId);
  if (operation.answer.case === "card") {
    const said = operation.answer.value;
    usable(() => checkCard(said, card));
    await endCardChange(deps, call, requestId, said);
  } else if (operation.state === Operation_State.NOT_SEEN) {
    await (request.method === CardsService.method.issueCard.name
      ? issueAgain(deps, call, requestId, card)
      : forgetChange(deps, call, requestId, card));
  }
}

async function issueAgain(deps: CardsDeps, call: Call, requestId: string, card: Card): Promise<void> {
  const ask = askForCard(deps, requestId);
  const outcome = await askVendor(
    () => ask(card, vendorCall(call, deps.vendorTimeoutMs)),
    ({ said }) => checkCard(said, card),
  );
  if (outcome.kind === "refused") {
    await forgetChange(deps, call, requestId, card);
    return;
  }
  await takeOutcome(deps, call, requestId, card, outcome);
}

/** The vendor did nothing: whoever asked may ask again. A card that was to be issued by it is closed. */
async function forgetChange(
  { database, outbox, now }: CardsDeps,
  call: Call,
  requestId: string,
  card: Card,
): Promise<void> {
  await database.tenant(call, async (transaction) => {
    const known = await findCard(transaction, card.id, "update");
    await deleteRequest(transaction, requestId);
    if (known?.state === "unknown") {
      const closed: Card = { ...known, state: "closed", closeReason: CardCloseReason.NOT_ISSUED, updateTime: now() };
      await updateCard(transaction, call.tenant, closed);
      await outbox.append(transaction, cardFacts(call.tenant, known, closed));
    }
  });
}

function lookUp(deps: CardsDeps, call: Call, vendor: string, requestId: string): Promise<Operation> {
  return deps.vendors.at(vendor, vendorCall(call, deps.vendorTimeoutMs)).lookupOperation({ requestId });
}
