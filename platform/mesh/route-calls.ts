/** Takes each call to the vendor that it is for: by binding, canary and failover where work begins, by name after that. */
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { type Client, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { Failover } from "#gen/malla/options/v1/options_pb.js";
import { meshError } from "../errors/mesh-errors.ts";
import { rulesOf } from "../rpc/authorize.ts";
import { type Call, remainingMs } from "../rpc/call.ts";
import { timeoutFor } from "../rpc/mesh-client.ts";
import type { BreakerState } from "../rpc/policies.ts";
import type { TlsFiles } from "../rpc/tls.ts";
import type { Logger } from "../telemetry/log.ts";
import { type AnswerCache, cacheRulesOf } from "./answer-cache.ts";
import { chooseVendors } from "./choose-vendor.ts";
import { failedAttemptOf } from "./failed-attempt.ts";
import { openShadows, type SeenDifference, type Served } from "./shadow.ts";
import type { VendorDirectory } from "./vendor-directory.ts";
import { openVendorLink, type VendorLink } from "./vendor-link.ts";
import type { VendorMesh, VendorMethodState } from "./vendor-mesh.ts";

/** What routing stands on. */
export interface RoutingDeps {
  readonly capability: string;
  readonly directory: VendorDirectory;
  readonly cache: AnswerCache;
  readonly tls: TlsFiles;
  readonly log: Logger | undefined;
  readonly onBreaker: (vendor: string, method: string, state: BreakerState) => void;
  readonly onDifference: (difference: SeenDifference) => void;
}

/** Routes the calls of a provider service. */
export function routeCalls<Service extends DescService>(
  service: Service,
  { capability, directory, cache, tls, log, onBreaker, onDifference }: RoutingDeps,
): VendorMesh<Service> {
  const links = new Map<string, VendorLink>();
  const shadows = openShadows({ capability, log, differs: onDifference });
  const linkTo = (vendor: string): VendorLink => {
    const before = links.get(vendor);
    if (before !== undefined) {
      return before;
    }
    const made = openVendorLink({
      capability,
      vendor,
      addressOf: () => directory.addressOf(vendor),
      tls,
      onBreaker: (method, state) => onBreaker(vendor, method, state),
    });
    links.set(vendor, made);
    return made;
  };

  const ask = <I extends DescMessage, O extends DescMessage>(
    vendor: string,
    call: Call,
    method: DescMethodUnary<I, O>,
    request: MessageShape<I>,
    { timeoutMs = timeoutFor(call), hasStandIn = false } = {},
  ): Promise<MessageShape<O>> => {
    const limits = { deadlineMs: Date.now() + timeoutMs, hasStandIn };
    const load = () => linkTo(vendor).unary(call, method, request, limits);
    return cacheRulesOf(method) === undefined
      ? load()
      : cache.get({ vendor, version: directory.versionOf(vendor), tenant: call.tenant, method, request }, load);
  };

  const begin = async <I extends DescMessage, O extends DescMessage>(
    call: Call,
    method: DescMethodUnary<I, O>,
    key: string,
    init: MessageInitShape<I>,
  ) => {
    await (directory.knowing === undefined ? undefined : known(directory.knowing, call));
    const binding = directory.bindingOf(call.tenant);
    if (binding === undefined) {
      throw meshError("VENDOR_NOT_BOUND", { metadata: { capability } });
    }
    const { vendors, shadow } = chooseVendors(binding, `${call.tenant}/${capability}`, key);
    const request = create(method.input, init);
    const { failover } = rulesOf(method);
    const able = failover === Failover.NEVER ? vendors.slice(0, 1) : vendors;
    const served = (vendor: string, how: Served<O>) => {
      if (shadow !== undefined && shadow !== vendor) {
        shadows.copy(call, method, { vendor, shadowVendor: shadow }, how, (own) => ask(shadow, own, method, request));
      }
    };
    for (const [index, vendor] of able.entries()) {
      const hasStandIn = index + 1 < able.length;
      try {
        // Where another may take over from one that hangs, time is left for it.
        const timeoutMs = hasStandIn && failover === Failover.HARMLESS ? timeoutFor(call) / 2 : timeoutFor(call);
        const response = await ask(vendor, call, method, request, { timeoutMs, hasStandIn });
        served(vendor, { answer: response });
        return { vendor, response };
      } catch (error) {
        const outcome = failedAttemptOf(error)?.outcome;
        if (outcome === "refused" && error instanceof ConnectError) {
          served(vendor, { refusal: error });
        }
        const mayPassOn = outcome === "not_begun" || (outcome === "unknown" && failover === Failover.HARMLESS);
        if (!hasStandIn || !mayPassOn || call.signal.aborted || remainingMs(call) === 0) {
          throw error;
        }
        log?.warn({ capability, vendor, next: able[index + 1], method: method.name, err: error }, "failing over");
      }
    }
    throw new Error("a binding names at least one vendor");
  };

  return {
    begin,
    at(vendor, call) {
      const transport: Transport = {
        async unary(method, _signal, _timeoutMs, _header, input) {
          const message = await ask(vendor, call, method, create(method.input, input));
          const [header, trailer] = [new Headers(), new Headers()];
          return { stream: false, service: method.parent, method, header, trailer, message };
        },
        stream(method, _signal, _timeoutMs, _header, input) {
          const requests = messagesOf(method.input, input);
          const limits = { deadlineMs: Date.now() + timeoutFor(call), hasStandIn: false };
          return linkTo(vendor).stream(call, method, requests, limits);
        },
      };
      return createClient(service, transport) as Client<Service>;
    },
    forget: (vendor, method) => cache.forget(vendor, method),
    states: (): VendorMethodState[] =>
      [...links].flatMap(([vendor, link]) => link.states().map((state) => ({ ...state, vendor }))),
    close() {
      directory.close();
      cache.close();
      shadows.close();
      for (const link of links.values()) {
        link.close();
      }
    },
  };
}

/** Waits until bindings are known, no longer than the call may. */
async function known(knowing: Promise<void>, call: Call): Promise<void> {
  const passed = Promise.withResolvers<never>();
  const timer = setTimeout(() => passed.reject(meshError("DEPENDENCY_UNAVAILABLE")), remainingMs(call));
  try {
    await Promise.race([knowing, passed.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function* messagesOf<Desc extends DescMessage>(
  desc: Desc,
  inits: AsyncIterable<MessageInitShape<Desc>>,
): AsyncGenerator<MessageShape<Desc>> {
  for await (const init of inits) {
    yield create(desc, init);
  }
}
