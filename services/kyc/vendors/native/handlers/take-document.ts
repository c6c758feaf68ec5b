import type { Transaction } from "#platform/db/database.ts";
import { callOf } from "#platform/rpc/call.ts";
import { receiveUpload, type Upload } from "../document/receive-upload.ts";
import { requireImage } from "../document/require-image.ts";
import { decide, withDocument } from "../domain/decide.ts";
import { judgeZone } from "../domain/machine-readable-zone.ts";
import { kycRefused } from "../errors.ts";
import { fromKept, toDocumentKind } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { digestOf, takeOnce } from "../store/take-once.ts";
import { changeVerification } from "../store/verification-store.ts";
import { requireVerification } from "./require-verification.ts";

/** Takes a document and decides; its bytes are gone afterwards. */
export function takeDocument(deps: NativeDeps): NativeHandlers["takeDocument"] {
  return async (parts, context) => {
    const call = callOf(context);
    const { database, now } = deps;
    const upload = await receiveUpload(parts, async ({ reference }) => {
      // Nobody's bytes are kept for a verification that is not theirs.
      await database.tenant(call, (transaction) => requireVerification(transaction, reference, now()));
    });
    await requireImage(upload.bytes, mediaTypeOf(upload));
    return database.tenant(call, (transaction) =>
      takeOnce(transaction, call.tenant, upload, () => judge(deps, transaction, upload)),
    );
  };
}

async function judge({ now }: NativeDeps, transaction: Transaction, { header, bytes }: Upload) {
  const at = now();
  const kept = await requireVerification(transaction, header.reference, at);
  if (kept.state !== "needs_documents" || header.document === undefined) {
    throw kycRefused("state_not_allowed", { state: kept.state.toUpperCase() });
  }
  const { kind, machineReadable } = header.document;
  const steps = withDocument(kept.steps, judgeZone(machineReadable, toDocumentKind(kind), kept.party, at));
  const state = decide(steps);
  return fromKept(
    await changeVerification(transaction, kept, {
      steps,
      state,
      documentDigest: digestOf(bytes),
      ...(state === "passed" ? { expireTime: new Date(at.getTime() + kept.validMs) } : {}),
    }),
  );
}

function mediaTypeOf({ header }: Upload): "image/jpeg" | "image/png" {
  return header.document?.mediaType === "image/png" ? "image/png" : "image/jpeg";
}
