/** Whose word on vendors counts: checks the certificates of the conformance kit. */
import { readFileSync } from "node:fs";
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from "jose";
import { z } from "zod";
import type { Certificate } from "../domain/vendor.ts";
import type { VendorId } from "../store/vendor-store.ts";

/** What a certificate says (its JWS payload). */
const claims = z.object({
  capability: z.string(),
  vendor: z.string(),
  version: z.string(),
  level: z.enum(["declared", "conformant", "certified"]),
  contract_digest: z.string(),
  exp: z.number(),
});

/** A certificate that was checked, or what is wrong with it. */
export type CheckedCertificate = { readonly certificate: Certificate } | { readonly fault: string };

/** Checks certificates of one vendor. */
export type CheckCertificate = (jws: string, vendor: VendorId, at: Date) => Promise<CheckedCertificate>;

/**
 * Reads the trusted keys; without a file no certificate is believed.
 *
 * @throws Error when the file holds no JSON Web Key Set
 */
export function trustKeys(file: string | undefined): CheckCertificate {
  const keys = createLocalJWKSet(file === undefined ? { keys: [] } : readKeySet(file));
  return async (jws, vendor, at) => {
    try {
      const { payload } = await jwtVerify(jws, keys, { algorithms: ["EdDSA", "Ed25519"], currentDate: at });
      const read = claims.safeParse(payload);
      if (!read.success) {
        return { fault: "a claim is missing or wrong" };
      }
      const { capability, vendor: name, version, level, contract_digest: contractDigest, exp } = read.data;
      if (capability !== vendor.capability || name !== vendor.vendor) {
        return { fault: `it is of ${capability}/${name}` };
      }
      const expireTime = new Date(exp * 1_000);
      return { certificate: { jws, level, vendorVersion: version, contractDigest, expireTime } };
    } catch (error) {
      if (error instanceof errors.JOSEError) {
        return { fault: error.code };
      }
      throw error;
    }
  };
}

function readKeySet(file: string): JSONWebKeySet {
  const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
  const read = keySet.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!read.success) {
    throw new Error(`${file} is no JSON Web Key Set`);
  }
  // Which keys are usable is jose's to say.
  return read.data as unknown as JSONWebKeySet;
}
