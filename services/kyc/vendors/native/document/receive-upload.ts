/** Puts an upload together: a header, then chunks, and no more bytes than are taken. */
import type { TakeDocumentRequest, TakeDocumentRequest_Header } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { kycRefused } from "../errors.ts";
import { MAX_BYTES } from "./limits.ts";

/** What was uploaded. */
export interface Upload {
  readonly header: TakeDocumentRequest_Header;
  readonly bytes: Buffer;
}

/**
 * Reads to the end; `begin` is told the header before any byte is kept.
 *
 * @throws UPLOAD_INVALID and DOCUMENT_TOO_LARGE, and whatever `begin` throws.
 */
export async function receiveUpload(
  parts: AsyncIterable<TakeDocumentRequest>,
  begin: (header: TakeDocumentRequest_Header) => Promise<void>,
): Promise<Upload> {
  let header: TakeDocumentRequest_Header | undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const { part } of parts) {
    if ((part.case === "header") !== (header === undefined)) {
      throw kycRefused("upload_invalid");
    }
    if (part.case === "header") {
      header = part.value;
      await begin(header);
    } else if (part.case === "chunk") {
      size += part.value.length;
      if (size > MAX_BYTES) {
        throw kycRefused("document_too_large", { limit: "kyc.max_document_bytes" });
      }
      chunks.push(part.value);
    }
  }
  if (header === undefined) {
    throw kycRefused("upload_invalid");
  }
  return { header, bytes: Buffer.concat(chunks) };
}
