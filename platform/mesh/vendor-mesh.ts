/**
 * How a capability's service reaches the vendors behind it. New work goes to the vendor that the tenant's binding names;
 * work in flight stays with the vendor that began it.
 */
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { BindingSchema } from "#gen/malla/bindings/v1/binding_pb.js";
import type { Bus } from "../bus/bus.ts";
import type { Call } from "../rpc/call.ts";
import type { TlsFiles } from "../rpc/tls.ts";
import type { Logger } from "../telemetry/log.ts";
import { openAnswerCache } from "./answer-cache.ts";
import { measureVendors } from "./measure-vendors.ts";
import { openReporter, type ReporterOptions } from "./report-vendors.ts";
import { routeCalls } from "./route-calls.ts";
import type { SeenDifference } from "./shadow.ts";
import { type VendorDirectory, watchDirectory } from "./vendor-directory.ts";
import type { MethodState } from "./vendor-link.ts";

export { type FailedAttempt, failedAttemptOf } from "./failed-attempt.ts";

/** The answer of a vendor, and which it was: what was begun there stays there. */
export interface Answered<Desc extends DescMessage> {
  readonly vendor: string;
  readonly response: MessageShape<Desc>;
}

/** The vendors of one capability. */
export interface VendorMesh<Service extends DescService> {
  /**
   * Begins work with the vendor that the binding names; canary, shadow and failover happen here. Of an error that it
   * throws, `failedAttemptOf` says which vendor was asked last and whether that one may have begun.
   *
   * @param key what the work is about, e.g. a customer: a canary takes the same vendor for the same key
   * @throws VENDOR_NOT_BOUND where the tenant has no vendor for the capability
   * @throws VENDOR_ANSWER_INVALID where the answer breaks the contract; DEPENDENCY_UNAVAILABLE, DEADLINE_PASSED
   */
  begin<I extends DescMessage, O extends DescMessage>(
    call: Call,
    method: DescMethodUnary<I, O>,
    key: string,
    request: MessageInitShape<I>,
  ): Promise<Answered<O>>;
  /** A client of the vendor that began the work, for the rest of it. */
  at(vendor: string, call: Call): Client<Service>;
  /** Forgets a vendor's answers to a method whose answers are kept (malla.options.v1.CacheRules), in every process. */
  forget(vendor: string, method: DescMethodUnary): Promise<void>;
  /** How the vendors that were called are doing, as this process sees it. */
  states(): VendorMethodState[];
  close(): void;
}

/** How one method of one vendor is doing. */
export interface VendorMethodState extends MethodState {
  readonly vendor: string;
}

/** What a mesh stands on. */
export interface VendorMeshOptions {
  readonly capability: string;
  readonly bus: Bus;
  readonly tls: TlsFiles;
  readonly log: Logger;
  /** Where the bindings service is, to tell it how vendors are doing; absent: nobody is told. */
  readonly report?: Pick<ReporterOptions, "service" | "address"> | undefined;
  /** Hears of each difference between a vendor and its shadow, besides the log, the metrics and the bindings service. */
  readonly onDifference?: ((difference: SeenDifference) => void) | undefined;
}

/**
 * Opens the vendors of a capability, as the bindings service last spread them on the bus. What changes there is live within
 * a second, for calls that begin after it; what was known stays in force while the service or the bus is away.
 */
export function openVendorMesh<Service extends DescService>(
  service: Service,
  { capability, bus, tls, log, report, onDifference }: VendorMeshOptions,
): VendorMesh<Service> {
  const reporter =
    report === undefined ? undefined : openReporter({ ...report, capability, tls, log, states: () => mesh.states() });
  const mesh = routeCalls(service, {
    capability,
    directory: watchDirectory(capability, bus, log),
    cache: openAnswerCache(capability, bus, log),
    tls,
    log,
    onBreaker(vendor, method, state) {
      log.warn({ capability, vendor, method, state }, "circuit breaker changed");
      reporter?.stateChanged();
    },
    onDifference(difference) {
      reporter?.differs(difference);
      onDifference?.(difference);
    },
  });
  const unmeasure = measureVendors(capability, mesh.states);
  return {
    ...mesh,
    close() {
      unmeasure();
      reporter?.close();
      mesh.close();
    },
  };
}

/** A vendor that is always there. */
export interface FixedVendor {
  /** Name, as in its certificate. */
  readonly vendor: string;
  /** "host:port". */
  readonly address: string;
}

/** A mesh whose every tenant begins with the first of the vendors: for tests, and for a bank with one vendor each. */
export function openFixedVendors<Service extends DescService>(
  service: Service,
  options: { readonly capability: string; readonly vendors: readonly FixedVendor[]; readonly tls: TlsFiles },
): VendorMesh<Service> {
  const { capability, tls } = options;
  return routeCalls(service, {
    capability,
    directory: fixedDirectory(options.vendors),
    cache: openAnswerCache(capability, undefined, undefined),
    tls,
    log: undefined,
    onBreaker: () => {},
    onDifference: () => {},
  });
}

function fixedDirectory(vendors: readonly FixedVendor[]): VendorDirectory {
  const addresses = new Map(vendors.map(({ vendor, address }) => [vendor, address]));
  const [first] = vendors;
  const binding = first === undefined ? undefined : create(BindingSchema, { primaryVendor: first.vendor });
  return {
    bindingOf: () => binding,
    addressOf: (vendor) => addresses.get(vendor),
    versionOf: () => "",
    knowing: undefined,
    close: () => {},
  };
}
