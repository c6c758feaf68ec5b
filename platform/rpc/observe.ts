/** Sees every call once: a span, a metric, a log line, and the one place where failures become what callers hear. */
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { type Context, context, metrics, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { meshError } from "../errors/mesh-errors.ts";
import { errorInfoOf } from "../errors/rpc-error.ts";
import type { Logger } from "../telemetry/log.ts";
import { type Caller, callerKey, peerKey } from "./call.ts";

/** Codes that mean somebody has to act; all others are everyday answers. */
const ALARMING = new Set<Code>([Code.Internal, Code.Unknown, Code.DataLoss]);

/** A call that is about to be served. */
export interface SeenCall {
  /** "package.Service/Method". */
  readonly rpc: string;
  readonly header: { get(name: string): string | null };
  /** Who calls, once that is known. */
  readonly caller: () => Pick<Caller, "tenant"> | undefined;
  /** The peer service, proven by its certificate. */
  readonly peer?: () => string | undefined;
}

/** A call under way, seen. */
export interface Observation {
  /** The context that its span is in. */
  readonly context: Context;
  /** To be told once, when it is over. */
  end(error?: ConnectError): void;
}

/** Watches calls, named by the span kind and metric names of OpenTelemetry's RPC conventions. */
export function createObserver(log: Logger): (call: SeenCall) => Observation {
  const tracer = trace.getTracer("malla");
  const duration = metrics.getMeter("malla").createHistogram("rpc.server.call.duration", { unit: "s" });
  return ({ rpc, header, caller, peer }) => {
    const parent = extractTrace(header);
    const span = tracer.startSpan(rpc, { kind: SpanKind.SERVER, attributes: { "rpc.method": rpc } }, parent);
    const started = performance.now();
    const inside = trace.setSpan(parent, span);
    return {
      context: inside,
      end(error) {
        const code = error === undefined ? "OK" : (Code[error.code] ?? "Unknown");
        const ms = performance.now() - started;
        duration.record(ms / 1000, { "rpc.method": rpc, "rpc.response.status_code": code });
        const line = {
          rpc,
          code,
          ms: Math.round(ms * 100) / 100,
          tenant: caller()?.tenant,
          peer: peer?.(),
          reason: error === undefined ? undefined : errorInfoOf(error)?.reason,
        };
        context.with(inside, () => writeLine(log, line, error));
        if (error !== undefined && ALARMING.has(error.code)) {
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end();
      },
    };
  };
}

function writeLine(log: Logger, line: object, error: ConnectError | undefined): void {
  if (error !== undefined && ALARMING.has(error.code)) {
    log.error({ ...line, err: error.cause ?? error }, "call failed");
  } else if (error?.code === Code.Unavailable) {
    log.warn({ ...line, err: error.cause }, "call failed");
  } else {
    log.info(line, "call");
  }
}

/** The outermost interceptor of a server: each call is seen once. */
export function observeCalls(log: Logger): Interceptor {
  const observe = createObserver(log);
  return (next) => (request) => {
    const seen = observe({
      rpc: `${request.service.typeName}/${request.method.name}`,
      header: request.header,
      caller: () => request.contextValues.get(callerKey),
      peer: () => request.contextValues.get(peerKey),
    });
    return context.with(seen.context, async () => {
      try {
        const response = await next(request);
        if (!response.stream) {
          seen.end();
          return response;
        }
        return { ...response, message: observed(response.message, request.signal, seen.end) };
      } catch (thrown) {
        const error = asRpcError(thrown, request.signal);
        seen.end(error);
        throw error;
      }
    });
  };
}

/** What the caller hears of a failure. Whatever is not a failure on purpose is a defect, and its insides stay here. */
export function asRpcError(thrown: unknown, signal?: AbortSignal): ConnectError {
  if (signal?.aborted === true) {
    const reason: unknown = signal.reason;
    return reason instanceof ConnectError && reason.code === Code.DeadlineExceeded
      ? meshError("DEADLINE_PASSED", { cause: thrown })
      : new ConnectError("the caller left", Code.Canceled, undefined, undefined, thrown);
  }
  if (thrown instanceof ConnectError) {
    return thrown.code === Code.Internal || thrown.code === Code.Unknown
      ? meshError("INTERNAL", { cause: thrown, metadata: traceMetadata() })
      : thrown;
  }
  return meshError("INTERNAL", { cause: thrown, metadata: traceMetadata() });
}

function traceMetadata(): Record<string, string> {
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  return traceId === undefined ? {} : { trace_id: traceId };
}

const TRACE_NAMES = ["traceparent", "tracestate", "baggage"];

function extractTrace(header: SeenCall["header"]): Context {
  return propagation.extract(context.active(), header, {
    get: (carrier, key) => carrier.get(key) ?? undefined,
    keys: (carrier) => TRACE_NAMES.filter((name) => carrier.get(name) !== null),
  });
}

async function* observed<T>(messages: AsyncIterable<T>, signal: AbortSignal, end: (error?: ConnectError) => void) {
  let isOver = false;
  const over = (error?: ConnectError) => {
    isOver = true;
    end(error);
  };
  try {
    yield* messages;
    over();
  } catch (thrown) {
    const error = asRpcError(thrown, signal);
    over(error);
    throw error;
  } finally {
    // Answers are read to their end, unless the caller left, the deadline passed, or one could not be sent.
    if (!isOver) {
      end(asRpcError(new Error("the answers were read no further"), signal));
    }
  }
}
