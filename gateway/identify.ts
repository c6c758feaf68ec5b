/** Establishes the caller from the bearer token, before anything else is looked at (AIP-211). */
import type { Interceptor } from "@connectrpc/connect";
import type { TokenVerifier } from "#platform/auth/token.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { requireScopes } from "#platform/rpc/authorize.ts";
import { callerKey } from "#platform/rpc/call.ts";

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** Refuses calls without a good token, or whose token lacks a scope that the contract requires. */
export function identifyCallers(verify: TokenVerifier): Interceptor {
  return (next) => async (request) => {
    const token = BEARER.exec(request.header.get("authorization") ?? "")?.[1];
    if (token === undefined) {
      throw meshError("TOKEN_INVALID");
    }
    const caller = await verify(token);
    requireScopes(request.method, caller);
    request.contextValues.set(callerKey, caller);
    return next(request);
  };
}
