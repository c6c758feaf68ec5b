/** Hears from vendors what happened to parties that passed. */
import { PollMonitoringResponseSchema } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import { partyListed } from "../events/outbox.ts";
import { toHits } from "../mapping.ts";
import { vendorCall } from "../peers/ask-vendor.ts";
import { requireValid } from "../peers/check-answer.ts";
import type { KycDeps } from "../service.ts";
import { lockCursor, moveCursor } from "../store/monitoring-store.ts";
import { lockByReference, updateVerification } from "../store/verification-store.ts";

/** Most events heard at once. */
const MAX_EVENTS = 100;

/** Takes the next news in, each once: they and the cursor are one transaction. */
export async function hearNews(deps: KycDeps, call: Call, vendor: string): Promise<void> {
  const cursor = await deps.database.tenant(call, (transaction) => lockCursor(transaction, vendor));
  if (cursor === undefined) {
    return;
  }
  const client = deps.vendors.at(vendor, vendorCall(call, deps.vendorTimeoutMs));
  const told = requireValid(
    PollMonitoringResponseSchema,
    await client.pollMonitoring({ cursor, maxEvents: MAX_EVENTS }),
    vendor,
  );
  await deps.database.tenant(call, async (transaction) => {
    if ((await lockCursor(transaction, vendor)) !== cursor) {
      // Another process was quicker.
      return;
    }
    for (const { reference, hits } of told.events) {
      const known = await lockByReference(transaction, vendor, reference);
      // It stays PASSED: what the hits mean is for the bank to say.
      if (known?.state === "passed") {
        const after = { ...known, hits: toHits(hits), updateTime: deps.now() };
        await updateVerification(transaction, after);
        await deps.outbox.append(transaction, [partyListed(call.tenant, after)]);
      }
    }
    await moveCursor(transaction, call.tenant, vendor, told.cursor);
  });
}
