/** What each move is in the vendor's vocabulary; from the request as it came, or as it was written down. */
import { isMessage } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { CardsProviderService, MoveResponse } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import {
  ClearTransactionRequestSchema,
  IncrementAuthorizationRequestSchema,
  OpenChargebackRequestSchema,
  RefundTransactionRequestSchema,
  ResolveChargebackRequestSchema,
  ReverseAuthorizationRequestSchema,
} from "#gen/malla/cards/v1/cards_service_pb.js";
import type { Authorization } from "../store/authorization-store.ts";

/** Asks for it. */
export function askMove(
  vendor: Client<typeof CardsProviderService>,
  known: Authorization,
  method: string,
  request: unknown,
): Promise<MoveResponse> {
  if (isMessage(request, ReverseAuthorizationRequestSchema)) {
    const { amount, requestId } = request;
    return vendor.reverse({
      authorizeRequestId: known.requestId,
      requestId,
      ...(amount === undefined ? {} : { amount }),
    });
  }
  const authorization = known.vendorAuthorization;
  if (authorization === null) {
    throw new Error(`${method} of an authorization that its vendor never told of`);
  }
  if (isMessage(request, ClearTransactionRequestSchema)) {
    const { amount, isFinal, requestId } = request;
    return vendor.clear({ authorization, isFinal, requestId, ...(amount === undefined ? {} : { amount }) });
  }
  if (isMessage(request, ResolveChargebackRequestSchema)) {
    const { outcome, requestId } = request;
    return vendor.dispute({ authorization, step: { case: "outcome", value: outcome }, requestId });
  }
  if (isMessage(request, OpenChargebackRequestSchema) && request.amount !== undefined) {
    const { amount, requestId } = request;
    return vendor.dispute({ authorization, step: { case: "openAmount", value: amount }, requestId });
  }
  if (isMessage(request, IncrementAuthorizationRequestSchema) && request.amount !== undefined) {
    const { amount, requestId } = request;
    return vendor.increment({ authorization, amount, requestId });
  }
  if (isMessage(request, RefundTransactionRequestSchema) && request.amount !== undefined) {
    const { amount, requestId } = request;
    return vendor.refund({ authorization, amount, requestId });
  }
  throw new Error(`${method} is no move of an authorization`);
}
