import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, type HandlerContext, type MethodImpl } from "@connectrpc/connect";
import { type Event, EventSchema } from "#gen/malla/event/v1/event_pb.js";
import type { EventService, StreamEventsResponseSchema } from "#gen/malla/event/v1/event_service_pb.js";
import type { Bus } from "#platform/bus/bus.ts";
import { streamOf, subjectsOf } from "#platform/bus/subjects.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { rpcError } from "#platform/errors/rpc-error.ts";
import { callerKey } from "#platform/rpc/call.ts";

/** What the stream of events is made from. */
export interface StreamEventsDeps {
  readonly bus: Bus;
  /** Capabilities that emit events. */
  readonly capabilities: readonly string[];
  /** The time now, in milliseconds. */
  readonly now: () => number;
  /** Aborts when the edge ends: open streams end with it, and clients resume elsewhere. */
  readonly closing: AbortSignal;
}

/** Events that wait for a slow client; a client further behind is ended and resumes from its last event. */
const MAX_WAITING = 2_000;
/** Streams open at once for one tenant. */
const MAX_STREAMS_PER_TENANT = 100;
/** How long streams keep events (platform/bus/bus.ts), in milliseconds. */
const KEPT_MS = 7 * 86_400_000;
/**
 * A resumed stream begins this long before the event it resumes after, in milliseconds: an event's id is given before
 * its change commits, so one with an earlier id may have come later. Clients drop what they had by id.
 */
const RESUME_OVERLAP_MS = 5_000;

/** Streams the tenant's events as each capability publishes them. */
export function streamEvents({
  bus,
  capabilities,
  now,
  closing,
}: StreamEventsDeps): MethodImpl<typeof EventService.method.streamEvents> {
  const open = new Map<string, number>();
  return async function* (request, context): AsyncGenerator<MessageInitShape<typeof StreamEventsResponseSchema>> {
    const tenant = tenantOf(context);
    const startTime = request.afterEventId === "" ? undefined : resumeTime(request.afterEventId, now());
    const streams = open.get(tenant) ?? 0;
    if (streams >= MAX_STREAMS_PER_TENANT) {
      throw meshError("OVERLOADED", { message: `the tenant has ${streams} streams open already` });
    }
    open.set(tenant, streams + 1);
    const ended = new AbortController();
    const signal = AbortSignal.any([context.signal, ended.signal, closing]);
    try {
      const wanted =
        request.capabilities.length === 0
          ? capabilities
          : capabilities.filter((name) => request.capabilities.includes(name));
      const queue = createQueue(signal);
      const consuming = wanted.map(async (capability) => {
        const { lastSequence } = await bus.ensureStream(streamOf(capability), subjectsOf(capability));
        const start = startTime === undefined ? { startSequence: lastSequence + 1 } : { startTime };
        await bus.consume(
          { stream: streamOf(capability), subject: `malla.${capability}.v1.${tenant}.>`, ...start, signal },
          async (message) => {
            queue.push(fromBinary(EventSchema, message.data));
            return { kind: "done" };
          },
        );
      });
      Promise.all(consuming).catch(queue.fail);
      for await (const event of queue.events) {
        if (event.id !== request.afterEventId) {
          yield { event };
        }
      }
    } finally {
      ended.abort();
      const left = (open.get(tenant) ?? 1) - 1;
      left === 0 ? open.delete(tenant) : open.set(tenant, left);
    }
  };
}

function tenantOf(context: HandlerContext): string {
  const caller = context.values.get(callerKey);
  if (caller === undefined) {
    throw new Error("the stream was reached by nobody: its pipeline is incomplete");
  }
  return caller.tenant;
}

/** When to begin, from the time that a UUIDv7 carries in its first 48 bits (RFC 9562, 5.7). */
function resumeTime(eventId: string, now: number): Date {
  const bytes = Buffer.from(eventId.replaceAll("-", ""), "hex");
  const madeAt = bytes.readUIntBE(0, 6);
  if ((bytes[6] ?? 0) >> 4 !== 7 || madeAt > now + RESUME_OVERLAP_MS || madeAt < now - KEPT_MS) {
    throw rpcError({
      code: Code.NotFound,
      reason: "EVENT_NOT_FOUND",
      domain: "event.malla",
      message: "no kept event has this id; start without it",
    });
  }
  return new Date(madeAt - RESUME_OVERLAP_MS);
}

/** Events between the broker, which pushes, and the client, which pulls. */
function createQueue(signal: AbortSignal) {
  const waiting: Event[] = [];
  let failure: unknown;
  let wake = () => {};
  signal.addEventListener("abort", () => wake(), { once: true });
  const fail = (error: unknown) => {
    failure ??= error;
    wake();
  };
  async function* events(): AsyncGenerator<Event> {
    while (!signal.aborted) {
      if (failure !== undefined) {
        throw failure;
      }
      const event = waiting.shift();
      if (event === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        yield event;
      }
    }
  }
  return {
    fail,
    push(event: Event) {
      if (waiting.length >= MAX_WAITING) {
        fail(
          meshError("OVERLOADED", {
            message: "the client reads slower than events come; resume after the last it has",
          }),
        );
        return;
      }
      waiting.push(event);
      wake();
    },
    events: events(),
  };
}
