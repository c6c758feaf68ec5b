/** Authorisation by the contract: the scopes that a method requires are read from its descriptor. */
import { type DescMethod, getOption } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { type MethodRules, rules } from "#gen/malla/options/v1/options_pb.js";
import { meshError } from "../errors/mesh-errors.ts";
import { type Caller, callerKey, peerKey } from "./call.ts";
import { MESH_HEADERS } from "./metadata.ts";

/** Tenant ids: what may stand in subjects of events and file names too. */
const TENANT = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/;

/** Whether a text can be a tenant's id. */
export function isTenantId(text: string): boolean {
  return TENANT.test(text);
}

const known = new WeakMap<DescMethod, MethodRules>();

/** The rules that the contract gives a method. */
export function rulesOf(method: DescMethod): MethodRules {
  const before = known.get(method);
  if (before !== undefined) {
    return before;
  }
  const read = getOption(method, rules);
  known.set(method, read);
  return read;
}

/** Refuses a caller who lacks a scope of the method. A method without rules is reachable by nobody. */
export function requireScopes(method: DescMethod, caller: Caller): void {
  const { requiredScopes, isPublic } = rulesOf(method);
  if (isPublic) {
    return;
  }
  const missing = requiredScopes.find((scope) => !caller.scopes.has(scope) && !caller.scopes.has("*"));
  if (missing !== undefined || requiredScopes.length === 0) {
    throw meshError("SCOPE_MISSING", {
      metadata: { scope: missing ?? "" },
      message: `the scope ${missing ?? "(none)"} is needed`,
    });
  }
}

/** Scopes that each peer may assert; "*" stands for all, and "kyc/*" for every vendor of kyc. Read from MALLA_PEER_SCOPES. */
export type PeerScopes = ReadonlyMap<string, ReadonlySet<string>>;

/** What a peer may assert; undefined where it has no grant. */
function grantOf(grants: PeerScopes, peer: string): ReadonlySet<string> | undefined {
  return grants.get(peer) ?? (peer.includes("/") ? grants.get(`${peer.slice(0, peer.indexOf("/"))}/*`) : undefined);
}

/** Reads "gateway=*;accounts=ledger.read,ledger.write". */
export function parsePeerScopes(text: string): PeerScopes {
  return new Map(
    text.split(";").map((entry) => {
      const [peer = "", scopes = ""] = entry.split("=");
      return [peer, new Set(scopes.split(","))] as const;
    }),
  );
}

/**
 * Establishes the caller inside the mesh. The certificate says which service speaks; it may assert a tenant, a principal
 * and scopes, as far as its grant reaches. Whoever has no grant is refused, whatever it asserts.
 */
export function authorizePeers(grants: PeerScopes): Interceptor {
  return (next) => async (request) => {
    const peer = request.contextValues.get(peerKey);
    const grant = peer === undefined ? undefined : grantOf(grants, peer);
    const tenant = request.header.get(MESH_HEADERS.tenant) ?? "";
    if (peer === undefined || grant === undefined || !isTenantId(tenant)) {
      throw meshError("PEER_NOT_ALLOWED", { metadata: { peer: peer ?? "" } });
    }
    const asserted = (request.header.get(MESH_HEADERS.scopes) ?? "").split(" ").filter((scope) => scope !== "");
    const caller: Caller = {
      tenant,
      principal: request.header.get(MESH_HEADERS.principal) ?? `service:${peer}`,
      scopes: new Set(asserted.filter((scope) => grant.has("*") || grant.has(scope))),
    };
    requireScopes(request.method, caller);
    request.contextValues.set(callerKey, caller);
    return next(request);
  };
}
