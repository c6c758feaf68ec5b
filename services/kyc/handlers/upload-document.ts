import type { ConnectError } from "@connectrpc/connect";
import type { UploadDocumentRequest, UploadDocumentRequest_Header } from "#gen/malla/kyc/v1/kyc_service_pb.js";
import { type Call, callOf } from "#platform/rpc/call.ts";
import { kycRefused } from "../errors.ts";
import { fromVerification } from "../mapping.ts";
import { askVendor } from "../peers/ask-vendor.ts";
import { requireVerification } from "../peers/check-answer.ts";
import { requireKnown } from "../sagas/find.ts";
import { takeIn, takeInDoubt } from "../sagas/take-in.ts";
import type { KycDeps, KycHandlers } from "../service.ts";

type Parts = AsyncIterator<UploadDocumentRequest>;

/** Time to write down that an upload broke off, whether or not the caller is still there, in milliseconds. */
const WRITE_DOWN_MS = 5_000;
/** Time kept back from the caller's deadline to answer, in milliseconds. */
const RESERVE_MS = 500;

/** Hands a document on to the vendor as it comes: a chunk is asked for when the vendor took the one before. */
export function uploadDocument(deps: KycDeps): KycHandlers["uploadDocument"] {
  return async (requests, context) => {
    const call = callOf(context);
    const parts = requests[Symbol.asyncIterator]();
    const header = await headerOf(parts);
    const known = await requireKnown(deps, call, header.name);
    const { vendor, reference, state } = known;
    if (vendor === null || reference === null || state === "unknown" || known.isAccepted !== null) {
      throw kycRefused("verification_state_not_allowed", { state });
    }
    // In any other state it may be an upload that comes again: whether it is, the vendor knows.
    const broken: { fault?: ConnectError } = {};
    const outcome = await askVendor(async () => {
      const client = deps.vendors.at(vendor, uploadCall(call));
      const said = await client.takeDocument(passOn(reference, header, parts, broken));
      return requireVerification(said, known, vendor);
    });
    switch (outcome.kind) {
      case "answered":
        return fromVerification(await takeIn(deps, call, known.id, { vendor, said: outcome.answer }));
      case "refused":
        throw broken.fault ?? outcome.error;
      case "unknown": {
        deps.log.warn({ err: outcome.error, tenant: call.tenant, verification: known.id }, "an upload broke off");
        const scope = { tenant: call.tenant, deadlineMs: Date.now() + WRITE_DOWN_MS };
        const after = await takeInDoubt(deps, scope, known.id, vendor);
        if (broken.fault !== undefined) {
          throw broken.fault;
        }
        return fromVerification(after);
      }
    }
  };
}

async function headerOf(parts: Parts): Promise<UploadDocumentRequest_Header> {
  const first = await parts.next();
  if (first.done === true || first.value.part.case !== "header") {
    throw kycRefused("upload_invalid");
  }
  return first.value.part.value;
}

async function* passOn(
  reference: string,
  { requestId, document }: UploadDocumentRequest_Header,
  parts: Parts,
  broken: { fault?: ConnectError },
) {
  const header = { reference, requestId, ...(document === undefined ? {} : { document }) };
  yield { part: { case: "header" as const, value: header } };
  for (;;) {
    const next = await parts.next();
    if (next.done === true) {
      return;
    }
    const { part } = next.value;
    if (part.case !== "chunk") {
      broken.fault = kycRefused("upload_invalid");
      throw broken.fault;
    }
    yield { part: { case: "chunk" as const, value: part.value } };
  }
}

function uploadCall(call: Call): Call {
  const left = Math.max(1, call.deadlineMs - Date.now() - RESERVE_MS);
  return { ...call, deadlineMs: Date.now() + left, signal: AbortSignal.any([call.signal, AbortSignal.timeout(left)]) };
}
