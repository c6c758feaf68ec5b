/** Establishes callers for vendors of the kit's own, which serve without certificates: reference and broken ones. */
import type { Interceptor } from "@connectrpc/connect";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { isTenantId } from "#platform/rpc/authorize.ts";
import { callerKey } from "#platform/rpc/call.ts";
import { MESH_HEADERS } from "#platform/rpc/metadata.ts";

/** Whoever names a tenant speaks for it. */
export const believeTenants: Interceptor = (next) => (request) => {
  const tenant = request.header.get(MESH_HEADERS.tenant) ?? "";
  if (!isTenantId(tenant)) {
    throw meshError("PEER_NOT_ALLOWED", { metadata: { peer: "" } });
  }
  request.contextValues.set(callerKey, { tenant, principal: "conformance", scopes: new Set(["*"]) });
  return next(request);
};
