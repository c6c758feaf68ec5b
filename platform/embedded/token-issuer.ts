/** Signs bearer tokens with a local key, for development and tests: the edge checks them as it would a bank's own. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { exclusively } from "./exclusively.ts";
import type { StateFolder } from "./state-folder.ts";

/** What a token says. */
export interface TokenClaims {
  readonly tenant: string;
  /** Who it is given to. */
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly ttlSeconds: number;
}

/** An issuer with its public keys in a file. */
export interface TokenIssuer {
  /** JSON Web Key Set (RFC 7517) that checks its tokens. */
  readonly jwksFile: string;
  readonly issuer: string;
  readonly audience: string;
  issue(claims: TokenClaims): Promise<string>;
}

/** Private key as a JSON Web Key (RFC 8037), with the id that tokens and the public set name it by. */
const privateKey = z.object({ kty: z.literal("OKP"), crv: z.string(), x: z.string(), d: z.string(), kid: z.string() });

const ALGORITHM = "EdDSA";
const ISSUER = "https://malla.local/issuer";
const AUDIENCE = "malla";

/** Opens the issuer of a state folder, and makes its key the first time. */
export async function openTokenIssuer(state: StateFolder): Promise<TokenIssuer> {
  const keyFile = join(state.keys, "issuer.jwk");
  const jwksFile = join(state.keys, "jwks.json");
  await exclusively(join(state.keys, "lock"), async () => {
    if (!existsSync(keyFile) || !existsSync(jwksFile)) {
      await makeKey(keyFile, jwksFile);
    }
  });
  const jwk = privateKey.parse(JSON.parse(readFileSync(keyFile, "utf8")));
  const key = await importJWK(jwk, ALGORITHM);
  return {
    jwksFile,
    issuer: ISSUER,
    audience: AUDIENCE,
    issue: ({ tenant, subject, scopes, ttlSeconds }) =>
      new SignJWT({ tenant, scope: scopes.join(" ") })
        .setProtectedHeader({ alg: ALGORITHM, typ: "at+jwt", kid: jwk.kid })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime(`${ttlSeconds}s`)
        .setJti(uuidv7())
        .sign(key),
  };
}

async function makeKey(keyFile: string, jwksFile: string): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  writeFileSync(keyFile, JSON.stringify({ ...(await exportJWK(privateKey)), kid }), { mode: 0o600 });
  writeFileSync(jwksFile, JSON.stringify({ keys: [{ ...publicJwk, kid, alg: ALGORITHM, use: "sig" }] }));
}
