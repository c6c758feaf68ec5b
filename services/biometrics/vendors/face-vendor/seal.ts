/** Templates at rest: AES-256-GCM under a key of the tenant's own, drawn from the vendor's master key. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals what one vendor keeps. */
export interface Sealer {
  /** Nonce, tag and ciphertext; bound to tenant and template, so that no row can stand in for another. */
  seal(tenant: string, template: string, descriptor: Float32Array): Buffer;
  /** The descriptor again. @throws when anything was changed */
  unseal(tenant: string, template: string, sealed: Uint8Array): Float32Array;
}

/** Makes one. @param masterKey 24 random bytes or more */
export function createSealer(masterKey: Uint8Array): Sealer {
  const keyOf = (tenant: string) =>
    Buffer.from(hkdfSync("sha256", masterKey, Buffer.alloc(0), `malla biometrics templates ${tenant}`, KEY_BYTES));
  return {
    seal(tenant, template, descriptor) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", keyOf(tenant), nonce).setAAD(Buffer.from(`${tenant}/${template}`));
      const plain = new Uint8Array(descriptor.buffer, descriptor.byteOffset, descriptor.byteLength);
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
    unseal(tenant, template, sealed) {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv("aes-256-gcm", keyOf(tenant), nonce)
        .setAAD(Buffer.from(`${tenant}/${template}`))
        .setAuthTag(tag);
      const plain = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      return new Float32Array(new Uint8Array(plain).buffer);
    },
  };
}

/** What a sealed template is known by outside: says nothing of the face, since each sealing has a nonce of its own. */
export function digestOf(sealed: Uint8Array): Buffer {
  return createHash("sha256").update(sealed).digest();
}
