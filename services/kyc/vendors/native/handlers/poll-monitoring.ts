import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { callOf } from "#platform/rpc/call.ts";
import { fromHit } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { listEvents } from "../store/event-store.ts";

/** How many events are told where the caller does not say. */
const DEFAULT_EVENTS = 100;

/** Tells what happened after a cursor, which is the position of the last event told. */
export function pollMonitoring({ database }: NativeDeps): NativeHandlers["pollMonitoring"] {
  return async ({ cursor, maxEvents }, context) => {
    const after = positionOf(cursor);
    const limit = maxEvents === 0 ? DEFAULT_EVENTS : maxEvents;
    const events = await database.tenant(callOf(context), (transaction) => listEvents(transaction, after, limit));
    return {
      events: events.map(({ id, verificationId, hits, eventTime }) => ({
        id,
        reference: verificationId,
        hits: hits.map(fromHit),
        eventTime: timestampFromDate(eventTime),
      })),
      cursor: events.at(-1)?.position.toString() ?? cursor,
    };
  };
}

function positionOf(cursor: string): bigint {
  if (!/^\d{0,18}$/.test(cursor)) {
    const violations = [{ field: "cursor", description: "must be empty or a cursor of an answer before" }];
    throw meshError("VALIDATION_FAILED", { violations });
  }
  return BigInt(cursor);
}
