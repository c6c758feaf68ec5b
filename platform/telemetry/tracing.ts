/** Traces and metrics by OpenTelemetry. Trace context always travels; spans and metrics leave only where configured. */
import { context, metrics, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, type MetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { HostPort } from "../config/settings.ts";

/** Where telemetry goes. */
export interface TelemetryOptions {
  readonly service: string;
  /** Serve metrics to Prometheus here. */
  readonly metricsListen?: HostPort | undefined;
  /** Send spans here, by OTLP over HTTP. */
  readonly otlpEndpoint?: string | undefined;
}

/** Telemetry that runs until it is shut down. */
export interface Telemetry {
  shutdown(): Promise<void>;
}

/** Installs the process-wide providers. Exporters are loaded only where they are wanted, to start faster. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const resource = resourceFromAttributes({ "service.name": options.service, "service.namespace": "malla" });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const tracers = new BasicTracerProvider({ resource, spanProcessors: await spanProcessors(options.otlpEndpoint) });
  trace.setGlobalTracerProvider(tracers);
  const meters = new MeterProvider({ resource, readers: await metricReaders(options.metricsListen) });
  metrics.setGlobalMeterProvider(meters);
  return {
    async shutdown() {
      await Promise.all([tracers.shutdown(), meters.shutdown()]);
    },
  };
}

async function spanProcessors(endpoint: string | undefined): Promise<SpanProcessor[]> {
  if (endpoint === undefined) {
    return [];
  }
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
  return [new BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint }))];
}

async function metricReaders(listen: HostPort | undefined): Promise<MetricReader[]> {
  if (listen === undefined) {
    return [];
  }
  const { PrometheusExporter } = await import("@opentelemetry/exporter-prometheus");
  return [new PrometheusExporter({ host: listen.host, port: listen.port })];
}
