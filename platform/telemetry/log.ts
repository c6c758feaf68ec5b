/** Logs: one JSON line per event, ids and not payloads. */
import { trace } from "@opentelemetry/api";
import { type Logger, pino, stdTimeFunctions } from "pino";

export type { Logger } from "pino";

/** Opens the logger of a process; every line carries its service and, inside a call, its trace. */
export function openLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext();
      return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
    },
  });
}
