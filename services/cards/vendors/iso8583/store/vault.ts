/** Seals card numbers and PIN blocks: AES-256-GCM, bound to what they belong to. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

/** Seals and opens. */
export interface Vault {
  /** @param owner what it belongs to, e.g. "tenant/card"; it opens only for the same */
  seal(text: string, owner: string): Buffer;
  /** @throws where it was sealed by another key or for another owner, or was changed */
  open(sealed: Buffer, owner: string): string;
  /** A secret that nobody can make without the key: the same for the same text. */
  derive(text: string): Buffer;
}

const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

const KEY_OCTETS = 32;

/** Makes a vault of a secret, from which its key is derived (HKDF, RFC 5869). */
export function openVault(secret: string): Vault {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "malla cards/iso8583 vault", KEY_OCTETS));
  return {
    seal(text, owner) {
      const nonce = randomBytes(NONCE_OCTETS);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(owner));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
    derive: (text) => createHmac("sha256", key).update(text).digest(),
    open(sealed, owner) {
      const nonce = sealed.subarray(0, NONCE_OCTETS);
      const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_OCTETS });
      decipher.setAAD(Buffer.from(owner)).setAuthTag(sealed.subarray(NONCE_OCTETS, NONCE_OCTETS + TAG_OCTETS));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_OCTETS + TAG_OCTETS)), decipher.final()]).toString(
        "utf8",
      );
    },
  };
}
