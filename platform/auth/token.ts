/** Checks bearer tokens: who calls, for which tenant, with which scopes. */
import { createHash } from "node:crypto";
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from "jose";
import { z } from "zod";
import { meshError } from "../errors/mesh-errors.ts";
import { isTenantId } from "../rpc/authorize.ts";
import type { Caller } from "../rpc/call.ts";

/** What makes a token good. */
export interface TokenRules {
  /** Public keys of the issuer (RFC 7517). */
  readonly keys: JSONWebKeySet;
  readonly issuer: string;
  readonly audience: string;
}

/** Turns a token into a caller. */
export type TokenVerifier = (token: string) => Promise<Caller>;

/** Signatures accepted, whatever a token's header says (RFC 8725, 3.1). */
const ALGORITHMS = ["EdDSA", "ES256"];
/** How far the clocks of issuer and edge may differ, in seconds. */
const CLOCK_TOLERANCE_S = 30;
/** A verified token is taken at its word this long, in milliseconds: a signature takes 0.2 ms to check. */
const CACHE_MS = 30_000;
/** Tokens remembered; the oldest go first. */
const CACHE_SIZE = 10_000;

const claims = z.object({
  sub: z.string().min(1),
  tenant: z.string().refine(isTenantId),
  scope: z.string(),
  exp: z.number(),
});

/**
 * Makes a verifier.
 *
 * It throws TOKEN_INVALID for a token that is malformed, forged, expired, from another issuer or for another audience.
 */
export function createTokenVerifier({ keys, issuer, audience }: TokenRules): TokenVerifier {
  const keySet = createLocalJWKSet(keys);
  const remembered = new Map<string, { caller: Caller; until: number }>();
  return async (token) => {
    const digest = createHash("sha256").update(token).digest("base64");
    const known = remembered.get(digest);
    if (known !== undefined && known.until > Date.now()) {
      return known.caller;
    }
    const { caller, expiresAt } = await verify(token);
    remembered.delete(digest);
    remembered.set(digest, { caller, until: Math.min(expiresAt, Date.now() + CACHE_MS) });
    if (remembered.size > CACHE_SIZE) {
      const [oldest] = remembered.keys();
      remembered.delete(oldest ?? "");
    }
    return caller;
  };

  async function verify(token: string): Promise<{ caller: Caller; expiresAt: number }> {
    try {
      const { payload } = await jwtVerify(token, keySet, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ["exp", "sub"],
      });
      const { sub, tenant, scope, exp } = claims.parse(payload);
      const scopes = new Set(scope.split(" ").filter((each) => each !== "" && each !== "*"));
      return { caller: { tenant, principal: sub, scopes }, expiresAt: exp * 1000 };
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof z.ZodError) {
        throw meshError("TOKEN_INVALID", { cause: error });
      }
      throw error;
    }
  }
}
