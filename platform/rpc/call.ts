/** Who is calling, for which tenant, by when: what every hop needs to know and passes on. */
import { createContextKey, type HandlerContext } from "@connectrpc/connect";

/** The caller as the hop before established it. */
export interface Caller {
  /** Tenant whose data may be seen. */
  readonly tenant: string;
  /** Subject of the token, or the service that acts by itself, e.g. "service:accounts". */
  readonly principal: string;
  /** Scopes held; "*" stands for all. */
  readonly scopes: ReadonlySet<string>;
}

/** A call under way. */
export interface Call extends Caller {
  /** When the answer is worth nothing any more, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Aborts when the caller left or the deadline passed. */
  readonly signal: AbortSignal;
}

/** Where the pipeline leaves the caller for the handler. */
export const callerKey = createContextKey<Caller | undefined>(undefined, { description: "caller" });

/** Where the transport leaves the name of the peer service, proven by its certificate. */
export const peerKey = createContextKey<string | undefined>(undefined, { description: "peer" });

/** The call a handler works on. */
export function callOf(context: HandlerContext): Call {
  const caller = context.values.get(callerKey);
  const timeoutMs = context.timeoutMs();
  if (caller === undefined || timeoutMs === undefined) {
    throw new Error(`${context.method.name} was reached without a caller or deadline: its pipeline is incomplete`);
  }
  return { ...caller, deadlineMs: Date.now() + timeoutMs, signal: context.signal };
}

/** A call that a service makes of its own accord, such as resuming work after a restart. */
export function ownCall(service: string, tenant: string, timeoutMs: number, signal: AbortSignal): Call {
  return {
    tenant,
    principal: `service:${service}`,
    scopes: new Set(["*"]),
    deadlineMs: Date.now() + timeoutMs,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  };
}

/** Milliseconds left, at least 0. */
export function remainingMs(call: Pick<Call, "deadlineMs">): number {
  return Math.max(0, call.deadlineMs - Date.now());
}
