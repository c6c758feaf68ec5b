/** Envelope encryption: each secret under a key of its own, which is wrapped under the vault's key. AES-256-GCM. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** Seals a text. `context` says what it belongs to: opened with another, the seal is broken. */
export function seal(vaultKey: Buffer, text: string, context: string): Buffer {
  const key = randomBytes(KEY_BYTES);
  return Buffer.concat([encrypt(vaultKey, key, context), encrypt(key, Buffer.from(text), context)]);
}

/**
 * Opens what was sealed.
 *
 * @throws Error when the key or the context is another, or a byte was changed.
 */
export function unseal(vaultKey: Buffer, sealed: Buffer, context: string): string {
  const key = decrypt(vaultKey, sealed.subarray(0, WRAPPED_BYTES), context);
  return decrypt(key, sealed.subarray(WRAPPED_BYTES), context).toString();
}

function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}
