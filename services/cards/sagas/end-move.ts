/** Takes in what a vendor answered to a move of an authorization, or that it did not answer. */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import {
  type Authorization as AuthorizationMessage,
  AuthorizationSchema,
  DeclineReason,
} from "#gen/malla/cards/v1/authorization_pb.js";
import type { MoveResponse } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import { NOTHING, takeIn } from "../domain/authorization.ts";
import { authorizationFacts } from "../events/outbox.ts";
import { fromAuthorization } from "../mapping.ts";
import { toSnapshot } from "../peers/check-answer.ts";
import type { CardsDeps } from "../service.ts";
import { type Authorization, findAuthorization, updateAuthorization } from "../store/authorization-store.ts";
import { endRequest, lockRequest, moveRequest } from "../store/request-store.ts";

/** Ends a request with the vendor's answer. One that is being undone changes nothing any more, however late it comes. */
export function endMove(
  deps: CardsDeps,
  call: Call,
  requestId: string,
  said: MoveResponse,
): Promise<AuthorizationMessage> {
  return deps.database.tenant(call, async (transaction) => {
    const request = await lockRequest(transaction, call.tenant, requestId);
    const known = await findAuthorization(transaction, request?.authorizationId ?? "", "update");
    if (request === undefined || known === undefined) {
      throw new Error(`request ${requestId} or its authorization is lost`);
    }
    if (request.response !== null) {
      return fromBinary(AuthorizationSchema, request.response);
    }
    if (request.state !== "open") {
      return fromAuthorization(known);
    }
    const after = afterMove(known, said, deps.now());
    await updateAuthorization(transaction, call.tenant, after);
    await deps.outbox.append(transaction, authorizationFacts(call.tenant, known, after));
    if (request.method === "ReverseAuthorization" && after.state !== "approved") {
      await moveRequest(transaction, known.requestId, "undone");
    }
    const response = fromAuthorization(after);
    await endRequest(transaction, requestId, Buffer.from(toBinary(AuthorizationSchema, response)));
    return response;
  });
}

/** Ends the undoing of a request with what the vendor answered to it. */
export function endUndoing(
  deps: CardsDeps,
  call: Call,
  requestId: string,
  said: MoveResponse,
): Promise<AuthorizationMessage> {
  return deps.database.tenant(call, async (transaction) => {
    const request = await lockRequest(transaction, call.tenant, requestId);
    const known = await findAuthorization(transaction, request?.authorizationId ?? "", "update");
    if (request === undefined || known === undefined) {
      throw new Error(`request ${requestId} or its authorization is lost`);
    }
    if (request.state !== "undoing") {
      return fromAuthorization(known);
    }
    const taken = afterMove(known, said, deps.now());
    // What the merchant was told stays: no answer in time.
    const { responseCode, declineReason } = known;
    const after = { ...taken, responseCode, declineReason };
    await updateAuthorization(transaction, call.tenant, after);
    await deps.outbox.append(transaction, authorizationFacts(call.tenant, known, after));
    await moveRequest(transaction, requestId, "undone");
    return fromAuthorization(after);
  });
}

/** Writes down that no usable answer came. `isNews`: nobody was told so yet. */
export function leaveUnknown(
  deps: CardsDeps,
  call: Call,
  authorizationId: string,
  isNews: boolean,
): Promise<AuthorizationMessage> {
  return deps.database.tenant(call, async (transaction) => {
    const known = await findAuthorization(transaction, authorizationId, "update");
    if (known === undefined) {
      throw new Error(`authorization ${authorizationId} is lost`);
    }
    if (!isNews) {
      return fromAuthorization(known);
    }
    const after: Authorization = {
      ...known,
      state: "unknown",
      responseCode: "91",
      declineReason: DeclineReason.ISSUER_UNAVAILABLE,
      updateTime: deps.now(),
    };
    await updateAuthorization(transaction, call.tenant, after);
    await deps.outbox.append(transaction, authorizationFacts(call.tenant, known, after));
    return fromAuthorization(after);
  });
}

function afterMove(known: Authorization, said: MoveResponse, updateTime: Date): Authorization {
  const { responseCode, declineReason } = said;
  const told = { responseCode, declineReason, updateTime };
  if (said.authorization === undefined) {
    // The vendor never saw what was reversed, and will hold nothing for it.
    return { ...known, ...NOTHING, ...told, state: "reversed" };
  }
  const { authorization, approvalCode, expireTime } = said.authorization;
  return {
    ...takeIn(known, toSnapshot(said.authorization, known)),
    ...told,
    vendorAuthorization: authorization,
    approvalCode,
    expireTime: expireTime === undefined ? known.expireTime : timestampDate(expireTime),
  };
}
