/** Whose word on vendors counts: checks the certificates of the conformance kit. */
import { readFileSync } from "node:fs";
import { CertificateError, readCertificateKeys, verifyCertificate } from "#platform/mesh/certificate.ts";
import type { Certificate } from "../domain/vendor.ts";
import type { VendorId } from "../store/vendor-store.ts";

/** A certificate that was checked, or what is wrong with it. */
export type CheckedCertificate = { readonly certificate: Certificate } | { readonly fault: string };

/** Checks a certificate of one vendor. */
export type CheckCertificate = (jws: string, vendor: VendorId, at: Date) => Promise<CheckedCertificate>;

/**
 * Reads the trusted keys; without a file no certificate is believed.
 *
 * @throws Error when the file holds no JSON Web Key Set
 */
export function trustKeys(file: string | undefined): CheckCertificate {
  const keys = file === undefined ? { keys: [] } : readCertificateKeys(readFileSync(file, "utf8"), file);
  return async (jws, { capability, vendor }, at) => {
    try {
      const stated = await verifyCertificate(jws, keys, at);
      if (stated.capability !== capability || stated.vendor !== vendor) {
        return { fault: `it is of ${stated.capability}/${stated.vendor}` };
      }
      const { level, version: vendorVersion, features, contract: contractDigest, expireTime } = stated;
      return { certificate: { jws, level, vendorVersion, features, contractDigest, expireTime } };
    } catch (error) {
      if (error instanceof CertificateError) {
        return { fault: error.message };
      }
      throw error;
    }
  };
}
