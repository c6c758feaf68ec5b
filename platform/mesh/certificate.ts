/**
 * What the conformance kit found of a vendor, as a certificate that anybody can check: a compact JWS (RFC 7515) signed with
 * Ed25519 (RFC 8037).
 */
import { type CryptoKey, createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import { z } from "zod";

/** What a certificate states. */
export interface ConformanceClaims {
  readonly capability: string;
  readonly vendor: string;
  /** Version of the vendor's software, as it says itself. */
  readonly version: string;
  readonly features: readonly string[];
  readonly level: "declared" | "conformant" | "certified";
  /** "sha256:" and the digest of the contract's files, in hexadecimal. */
  readonly contract: string;
  /** Version of the kit. */
  readonly kit: string;
  /** How many clauses passed, failed, did not apply, or could not be asked. */
  readonly clauses: Readonly<Record<"passed" | "failed" | "notApplicable" | "skipped", number>>;
}

/** A certificate that was checked. */
export interface CheckedCertificate extends ConformanceClaims {
  readonly issueTime: Date;
  readonly expireTime: Date;
}

/** Thrown when a certificate proves nothing; the message says why. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

const TYPE = "malla-conformance+jwt";
const ISSUER = "malla-conformance";
const COUNT = z.number().int().min(0);
const CLAIMS = z.object({
  capability: z.string().regex(/^[a-z]{2,20}$/),
  vendor: z.string().regex(/^[a-z][a-z0-9-]{1,38}$/),
  version: z.string().min(1).max(40),
  features: z.array(z.string()),
  level: z.enum(["declared", "conformant", "certified"]),
  contract: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  kit: z.string(),
  clauses: z.object({ passed: COUNT, failed: COUNT, notApplicable: COUNT, skipped: COUNT }),
  iat: z.number(),
  exp: z.number(),
});

/** Signs what was found. `keyId` tells the key among those that a mesh trusts. */
export function signCertificate(
  claims: ConformanceClaims,
  key: CryptoKey,
  { keyId, now, days }: { readonly keyId: string; readonly now: Date; readonly days: number },
): Promise<string> {
  const issued = Math.floor(now.getTime() / 1000);
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "EdDSA", typ: TYPE, kid: keyId })
    .setIssuer(ISSUER)
    .setIssuedAt(issued)
    .setExpirationTime(issued + days * 86_400)
    .sign(key);
}

/**
 * Checks signature, issuer and time, and reads what is stated.
 *
 * @throws CertificateError where it is damaged, expired or signed by nobody trusted
 */
export async function verifyCertificate(jws: string, keys: JSONWebKeySet, now: Date): Promise<CheckedCertificate> {
  try {
    const { payload } = await jwtVerify(jws.trim(), createLocalJWKSet(keys), {
      algorithms: ["EdDSA"],
      typ: TYPE,
      issuer: ISSUER,
      requiredClaims: ["iat", "exp"],
      currentDate: now,
    });
    const { iat, exp, ...claims } = CLAIMS.parse(payload);
    return { ...claims, issueTime: new Date(iat * 1000), expireTime: new Date(exp * 1000) };
  } catch (error) {
    if (error instanceof errors.JOSEError) {
      throw new CertificateError(`the certificate proves nothing: ${error.message}`, { cause: error });
    }
    if (error instanceof z.ZodError) {
      throw new CertificateError("the certificate states something that the kit does not", { cause: error });
    }
    throw error;
  }
}

/**
 * Reads the public keys that certificates are checked with.
 *
 * @param name of the text, for the error
 * @throws Error when the text is no JSON Web Key Set
 */
export function readCertificateKeys(text: string, name: string): JSONWebKeySet {
  const read = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }).safeParse(JSON.parse(text));
  if (!read.success) {
    throw new Error(`${name} is no JSON Web Key Set`);
  }
  return read.data;
}
