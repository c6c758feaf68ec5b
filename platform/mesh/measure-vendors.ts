/** The state of vendors as OpenTelemetry metrics, read when somebody looks. */
import { type BatchObservableCallback, metrics } from "@opentelemetry/api";
import type { VendorMethodState } from "./vendor-mesh.ts";

/** Breaker states as numbers that alarms can be set on: the worse, the greater. */
const BREAKERS = { closed: 0, half_open: 1, open: 2 } as const;

/** Measures until the function that it returns is called. */
export function measureVendors(capability: string, states: () => readonly VendorMethodState[]): () => void {
  const meter = metrics.getMeter("malla");
  const breaker = meter.createObservableGauge("malla.vendor.breaker", { description: "0 closed, 1 half open, 2 open" });
  const underWay = meter.createObservableGauge("malla.vendor.calls.under_way");
  const calls = meter.createObservableCounter("malla.vendor.calls");
  const failures = meter.createObservableCounter("malla.vendor.failures");
  const retries = meter.createObservableCounter("malla.vendor.retries");
  const withheld = meter.createObservableCounter("malla.vendor.retries_withheld");
  const refused = meter.createObservableCounter("malla.vendor.refused");
  const observe: BatchObservableCallback = (result) => {
    for (const state of states()) {
      const attributes = {
        "malla.capability": capability,
        "malla.vendor": state.vendor,
        "rpc.method": state.method,
      };
      result.observe(breaker, BREAKERS[state.breaker], attributes);
      result.observe(underWay, state.underWay, attributes);
      result.observe(calls, state.calls, attributes);
      result.observe(failures, state.failures, attributes);
      result.observe(retries, state.retries, attributes);
      result.observe(withheld, state.retriesWithheld, attributes);
      result.observe(refused, state.refused, attributes);
    }
  };
  const observed = [breaker, underWay, calls, failures, retries, withheld, refused];
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}
