/** Uploads by request_id: the first answer is kept with the change, and repeated, as for calls of one message. */
import { createHash } from "node:crypto";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import {
  KycProviderService,
  type ProviderVerification,
  ProviderVerificationSchema,
} from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { DocumentHeaderSchema } from "#gen/malla/kyc/v1/verification_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { fingerprint } from "#platform/idempotency/idempotent.ts";
import type { Upload } from "../document/receive-upload.ts";

const { parent, name } = KycProviderService.method.takeDocument;
const METHOD = `${parent.typeName}/${name}`;

/**
 * Runs `work` once per request_id within the transaction.
 *
 * @throws REQUEST_ID_REUSED when the request_id came with another method, document or bytes.
 */
export async function takeOnce(
  transaction: Transaction,
  tenant: string,
  { header, bytes }: Upload,
  work: () => Promise<ProviderVerification>,
): Promise<ProviderVerification> {
  const { requestId, reference, document } = header;
  const digest = createHash("sha256").update(reference).update(digestOf(bytes));
  if (document !== undefined) {
    digest.update(fingerprint(DocumentHeaderSchema, document));
  }
  const content = digest.digest();
  await transaction.execute(sql`
    select pg_advisory_xact_lock(hashtextextended(${`${tenant}/${requestId}`}, 0))`);
  const [first] = await transaction.execute<{ method: string; fingerprint: Buffer; response: Buffer }>(sql`
    select method, fingerprint, response from idempotency
    where tenant_id = ${tenant} and request_id = ${requestId}`);
  if (first !== undefined) {
    if (first.method !== METHOD || !first.fingerprint.equals(content)) {
      throw meshError("REQUEST_ID_REUSED");
    }
    return fromBinary(ProviderVerificationSchema, first.response);
  }
  const answer = await work();
  await transaction.execute(sql`
    insert into idempotency (tenant_id, request_id, method, fingerprint, response)
    values (${tenant}, ${requestId}, ${METHOD}, ${content},
      ${Buffer.from(toBinary(ProviderVerificationSchema, answer))})`);
  return answer;
}

/** What is kept of a document. */
export function digestOf(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
