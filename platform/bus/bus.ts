/** JetStream behind the few verbs the mesh needs. This folder alone knows the NATS client. */
import {
  AckPolicy,
  type ConsumerMessages,
  connect,
  DeliverPolicy,
  DiscardPolicy,
  Events,
  type JsMsg,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
} from "nats";
import { pause } from "../lifecycle/pause.ts";
import type { Logger } from "../telemetry/log.ts";
import { type BucketOptions, type KeyValues, openKeyValues } from "./key-values.ts";

/** What a stream holds right now. */
export interface StreamState {
  /** Changes when the stream was made anew: everything it held before is gone. */
  readonly epoch: string;
  /** Sequence of its last message, 0 when it never had one. */
  readonly lastSequence: number;
}

/** A message of a stream. */
export interface BusMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly stream: string;
  readonly sequence: number;
  /** How often it has been delivered, from 1. */
  readonly deliveries: number;
}

/** What becomes of a message. */
export type Verdict = { readonly kind: "done" } | { readonly kind: "again"; readonly afterMs: number };

/** A stream and which of its messages. */
export interface Subscription {
  readonly stream: string;
  /** Subject filter, e.g. "malla.accounts.v1.*.DepositCompleted". */
  readonly subject: string;
  /** Name under which the position is kept; absent: an ephemeral one that starts with what comes next. */
  readonly durable?: string;
  /** With an ephemeral one: first sequence to deliver. */
  readonly startSequence?: number;
  /** With an ephemeral one: deliver what was stored from then on. */
  readonly startTime?: Date;
  readonly signal: AbortSignal;
}

/** The connection of a process to JetStream. */
export interface Bus {
  /** Whether it is connected now. */
  isConnected(): boolean;
  /** Makes the stream when it does not exist, and says what it holds. */
  ensureStream(name: string, subjects: readonly string[]): Promise<StreamState>;
  /** Publishes with a message id, by which the stream drops repetitions; returns the sequence it was stored at. */
  publish(subject: string, id: string, data: Uint8Array): Promise<number>;
  /** The message id stored at a sequence; undefined when the stream has no such message. */
  messageIdAt(stream: string, sequence: number): Promise<string | undefined>;
  /** Hands messages to `handle`, one after the other, until the signal aborts; lost subscriptions are made again. */
  consume(subscription: Subscription, handle: (message: BusMessage) => Promise<Verdict>): Promise<void>;
  /** Has something done each time the connection is made again, until the function that it returns is called. */
  onReconnect(listener: () => void): () => void;
  /** Opens a bucket of keys and values, and makes it where there is none. */
  openKeyValues(bucket: string, options?: BucketOptions): Promise<KeyValues>;
  close(): Promise<void>;
}

/** Longest wait for JetStream's answer, in milliseconds. */
const REQUEST_TIMEOUT_MS = 5_000;
/** How long events are kept by the stream. The outbox and inbox keep them at least as long. */
const RETENTION_DAYS = 7;
/** Redelivery when a handler neither finished nor failed, in milliseconds: longer than any handler may take. */
const ACK_WAIT_MS = 30_000;
/** Pause before a lost subscription is made again, in milliseconds. */
const RESUBSCRIBE_MS = 250;
/** Messages in flight to one consumer. */
const MAX_IN_FLIGHT = 256;

/** Connects, and keeps trying for ever: a service starts and works without its broker, and catches up. */
export async function connectBus(url: string, name: string, log: Logger): Promise<Bus> {
  const parsed = new URL(url);
  const connection = await connect({
    servers: `${parsed.hostname}:${parsed.port}`,
    ...(parsed.username === "" ? {} : { user: decodeURIComponent(parsed.username) }),
    ...(parsed.password === "" ? {} : { pass: decodeURIComponent(parsed.password) }),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    pingInterval: 15_000,
    waitOnFirstConnect: true,
    // Else each publish makes an error just for its stack: a fifth of the processor time of who publishes much.
    noAsyncTraces: true,
    timeout: REQUEST_TIMEOUT_MS,
  });
  const streams = connection.jetstream({ timeout: REQUEST_TIMEOUT_MS });
  const manager = await connection.jetstreamManager({ timeout: REQUEST_TIMEOUT_MS, checkAPI: false });
  const listeners = new Set<() => void>();
  const onReconnect = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  let connected = true;
  const watch = async () => {
    for await (const status of connection.status()) {
      if (status.type === Events.Disconnect) {
        connected = false;
        log.warn({ bus: name }, "bus disconnected");
      } else if (status.type === Events.Reconnect) {
        connected = true;
        log.info({ bus: name }, "bus reconnected");
        for (const listener of listeners) {
          listener();
        }
      }
    }
  };
  // Its iterator stays open after close: nothing is to be awaited, only a failure to be heard of.
  watch().catch((error: unknown) => log.error({ err: error }, "bus status is no longer watched"));

  return {
    isConnected: () => connected,
    onReconnect,
    openKeyValues: (bucket, options = {}) => openKeyValues(bucket, options, { streams, onReconnect, log }),
    async ensureStream(stream, subjects) {
      const state = async () => {
        const info = await manager.streams.info(stream);
        return { epoch: info.created, lastSequence: info.state.last_seq };
      };
      try {
        return await state();
      } catch (error) {
        if (!isNotFound(error)) {
          throw error;
        }
      }
      await manager.streams.add({
        name: stream,
        subjects: [...subjects],
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
        // A full stream refuses new events, which the outbox keeps, instead of dropping old ones.
        discard: DiscardPolicy.New,
        max_age: nanos(RETENTION_DAYS * 86_400_000),
        deny_delete: true,
        deny_purge: true,
      });
      return state();
    },
    async publish(subject, id, data) {
      const ack = await streams.publish(subject, data, { msgID: id });
      return ack.seq;
    },
    async messageIdAt(stream, sequence) {
      try {
        const message = await manager.streams.getMessage(stream, { seq: sequence });
        return message.header.get("Nats-Msg-Id");
      } catch (error) {
        if (isNotFound(error)) {
          return undefined;
        }
        throw error;
      }
    },
    async consume(subscription, handle) {
      let resumeAt = subscription;
      while (!subscription.signal.aborted) {
        try {
          await consumeOnce(resumeAt, (message) => {
            // An ephemeral position is lost with its connection: it goes on after what was handed over last.
            resumeAt = { ...subscription, startSequence: message.sequence + 1 };
            return handle(message);
          });
        } catch (error) {
          if (!subscription.signal.aborted) {
            log.debug({ err: error, stream: subscription.stream }, "subscription lost, making it again");
          }
        }
        await pause(RESUBSCRIBE_MS, subscription.signal);
      }
    },
    close: () => connection.close(),
  };

  async function consumeOnce(subscription: Subscription, handle: (message: BusMessage) => Promise<Verdict>) {
    const { stream, durable, signal } = subscription;
    const added = await manager.consumers.add(stream, {
      ...(durable === undefined ? { inactive_threshold: nanos(60_000) } : { durable_name: durable }),
      filter_subject: subscription.subject,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_WAIT_MS),
      max_ack_pending: MAX_IN_FLIGHT,
      ...startOf(subscription),
    });
    const consumer = await streams.consumers.get(stream, added.name);
    const messages = await consumer.consume({ max_messages: MAX_IN_FLIGHT, idle_heartbeat: 2_000, expires: 10_000 });
    const stop = () => void messages.close();
    signal.addEventListener("abort", stop, { once: true });
    const watchdog = stopWhenLost(messages, stop);
    try {
      for await (const message of messages) {
        await settle(message, handle);
      }
    } finally {
      signal.removeEventListener("abort", stop);
      await messages.close();
      await watchdog;
    }
  }
}

async function settle(message: JsMsg, handle: (message: BusMessage) => Promise<Verdict>): Promise<void> {
  const verdict = await handle({
    subject: message.subject,
    data: message.data,
    stream: message.info.stream,
    sequence: message.seq,
    deliveries: message.info.redeliveryCount,
  });
  if (verdict.kind === "done") {
    message.ack();
  } else {
    message.nak(verdict.afterMs);
  }
}

/** A consumer or stream that was deleted, and heartbeats that stay away, end the iteration so that it is made again. */
async function stopWhenLost(messages: ConsumerMessages, stop: () => void): Promise<void> {
  const lost = new Set(["consumer_deleted", "consumer_not_found", "stream_not_found", "heartbeats_missed"]);
  for await (const status of await messages.status()) {
    if (lost.has(status.type)) {
      stop();
      return;
    }
  }
}

/** Where a consumer begins; a durable one only the first time, after that where it was. */
function startOf({ durable, startSequence, startTime }: Subscription) {
  if (durable !== undefined) {
    return { deliver_policy: DeliverPolicy.All };
  }
  if (startSequence !== undefined) {
    return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: startSequence };
  }
  return startTime === undefined
    ? { deliver_policy: DeliverPolicy.New }
    : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: startTime.toISOString() };
}

function isNotFound(error: unknown): boolean {
  return error instanceof NatsError && error.api_error?.code === 404;
}
