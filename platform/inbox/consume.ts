/** Hears events so that each has its effect once, however often it is delivered. */
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { context, propagation, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { sql } from "drizzle-orm";
import { type Event, EventSchema } from "#gen/malla/event/v1/event_pb.js";
import type { Bus, BusMessage, Verdict } from "../bus/bus.ts";
import { eventSubject, streamOf } from "../bus/subjects.ts";
import type { Database, Transaction } from "../db/database.ts";
import type { Logger } from "../telemetry/log.ts";

/** An event and what it does to this service. */
export interface Heard<Desc extends DescMessage = DescMessage> {
  /** Capability that emits it. */
  readonly capability: string;
  readonly type: Desc;
  /** The effect, in the transaction that also remembers the event. Runs again when that transaction fails. */
  readonly handle: (transaction: Transaction, data: MessageShape<Desc>, event: Event) => Promise<void>;
}

/** Pairs an event's type with its handler. */
export function heard<Desc extends DescMessage>(init: Heard<Desc>): Heard {
  // The message given to `handle` is unpacked by `type`, so the pair stays true behind this line.
  return init as unknown as Heard;
}

/** Consumers that run. */
export interface Consumers {
  stop(): Promise<void>;
}

/** What consumers work with. */
export interface ConsumersDeps {
  /** The service that hears. */
  readonly service: string;
  readonly database: Database;
  readonly bus: Bus;
  readonly log: Logger;
}

/** Tries after which an event that cannot be handled is set aside, so that others flow. */
const MAX_TRIES = 8;
/** Pause before the next try: doubles from the first up to the last, in milliseconds. */
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 5_000;
/** Longest an effect may take, in milliseconds. */
const HANDLE_TIMEOUT_MS = 20_000;

/** Starts to hear; one durable consumer per event. */
export function startConsumers(events: readonly Heard[], deps: ConsumersDeps): Consumers {
  const stopping = new AbortController();
  const running = events.map((event) =>
    deps.bus.consume(
      {
        stream: streamOf(event.capability),
        subject: eventSubject(event.capability, "*", event.type.name),
        durable: `${deps.service}-${event.type.name}`,
        signal: stopping.signal,
      },
      (message) => handleOnce(event, message, deps),
    ),
  );
  return {
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

async function handleOnce(heardEvent: Heard, message: BusMessage, deps: ConsumersDeps): Promise<Verdict> {
  const consumer = `${deps.service}-${heardEvent.type.name}`;
  try {
    const event = fromBinary(EventSchema, message.data);
    const data = event.data === undefined ? undefined : anyUnpack(event.data, heardEvent.type);
    if (data === undefined) {
      throw new Error(`event ${event.id} holds ${event.data?.typeUrl ?? "nothing"}, not ${heardEvent.type.typeName}`);
    }
    await traced(consumer, event, () =>
      deps.database.tenant(
        { tenant: event.tenant, deadlineMs: Date.now() + HANDLE_TIMEOUT_MS },
        async (transaction) => {
          const news = await transaction.execute(sql`
          insert into inbox (consumer, event_id, tenant_id) values (${consumer}, ${event.id}, ${event.tenant})
          on conflict do nothing returning event_id`);
          if (news.length > 0) {
            await heardEvent.handle(transaction, data, event);
          }
        },
      ),
    );
    return { kind: "done" };
  } catch (error) {
    deps.log.warn(
      { err: error, consumer, stream_sequence: message.sequence, tries: message.deliveries },
      "event not handled",
    );
    return message.deliveries < MAX_TRIES
      ? { kind: "again", afterMs: Math.min(FIRST_PAUSE_MS * 2 ** (message.deliveries - 1), LAST_PAUSE_MS) }
      : setAside(consumer, message, error, deps);
  }
}

/** Keeps what could not be handled for a person to look at. When even that fails, the event comes again. */
async function setAside(
  consumer: string,
  message: BusMessage,
  error: unknown,
  { database, log }: ConsumersDeps,
): Promise<Verdict> {
  try {
    await database.worker((transaction) =>
      transaction.execute(sql`
        insert into dead_letters (consumer, stream, stream_sequence, payload, error)
        values (${consumer}, ${message.stream}, ${message.sequence}, ${Buffer.from(message.data)}, ${String(error)})`),
    );
    log.error({ err: error, consumer, stream_sequence: message.sequence }, "event set aside after all tries");
    return { kind: "done" };
  } catch (failure) {
    log.warn({ err: failure, consumer }, "event could not be set aside");
    return { kind: "again", afterMs: 5_000 };
  }
}

/** An event starts a trace of its own, linked to the one that caused it: it may be handled much later, and again. */
function traced<T>(consumer: string, event: Event, work: () => Promise<T>): Promise<T> {
  const cause = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, { traceparent: event.traceParent }));
  const span = trace
    .getTracer("malla")
    .startSpan(
      consumer,
      { kind: SpanKind.CONSUMER, links: cause === undefined ? [] : [{ context: cause }] },
      ROOT_CONTEXT,
    );
  return context.with(trace.setSpan(ROOT_CONTEXT, span), () => work().finally(() => span.end()));
}
