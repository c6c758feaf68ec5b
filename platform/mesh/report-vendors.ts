/** Tells the bindings service how this process sees vendors: at each change of a breaker, and every few seconds. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { BindingsService } from "#gen/malla/bindings/v1/bindings_service_pb.js";
import { VendorMethodState_Breaker } from "#gen/malla/bindings/v1/vendor_state_pb.js";
import { ownCall } from "../rpc/call.ts";
import { openMeshClient } from "../rpc/mesh-client.ts";
import type { TlsFiles } from "../rpc/tls.ts";
import type { Logger } from "../telemetry/log.ts";
import type { SeenDifference } from "./shadow.ts";
import { MESH_TENANT } from "./vendor-directory.ts";
import type { VendorMethodState } from "./vendor-mesh.ts";

/** How often states are told, in milliseconds: well within the minute after which a silent process is left out. */
const REPORT_MS = 10_000;
/** What happens within this is told at once, in milliseconds. */
const GATHER_MS = 100;
/** Longest a report may take, in milliseconds. */
const REPORT_TIMEOUT_MS = 5_000;
/** Differences kept while they cannot be told; more are counted by the metrics alone. */
const MAX_KEPT = 1_000;
/** Differences of one report: the most that the contract takes. */
const MAX_TOLD = 100;

const BREAKERS = {
  closed: VendorMethodState_Breaker.CLOSED,
  open: VendorMethodState_Breaker.OPEN,
  half_open: VendorMethodState_Breaker.HALF_OPEN,
} as const;

/** Who tells what to whom. */
export interface ReporterOptions {
  /** Service that this process is of. */
  readonly service: string;
  /** "host:port" of the bindings service. */
  readonly address: string;
  readonly capability: string;
  readonly tls: TlsFiles;
  readonly log: Logger;
  readonly states: () => readonly VendorMethodState[];
}

/** Tells. */
export interface Reporter {
  stateChanged(): void;
  differs(difference: SeenDifference): void;
  close(): void;
}

/** Starts to tell. What cannot be told is told later or not at all: the mesh works on without it. */
export function openReporter({ service, address, capability, tls, log, states }: ReporterOptions): Reporter {
  const client = openMeshClient(BindingsService, { peer: "bindings", address, tls });
  const name = `${hostname()}-${process.pid}-${capability}`;
  const closing = new AbortController();
  const differences: SeenDifference[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isSoon = false;
  let telling = Promise.resolve();

  const tellStates = async () => {
    const told = states().map(
      ({ vendor, breaker, underWay, maxUnderWay, calls, failures, retries, refused, ...rest }) => ({
        vendor: `vendors/${capability}/${vendor}`,
        method: rest.method,
        breaker: BREAKERS[breaker],
        callsUnderWay: underWay,
        maxCallsUnderWay: maxUnderWay,
        calls: BigInt(calls),
        failures: BigInt(failures),
        retries: BigInt(retries),
        retriesWithheld: BigInt(rest.retriesWithheld),
        refused: BigInt(refused),
      }),
    );
    if (told.length > 0) {
      const call = ownCall(service, MESH_TENANT, REPORT_TIMEOUT_MS, closing.signal);
      await client.for(call).reportVendorStates({ process: name, states: told });
    }
  };
  const tellDifferences = async () => {
    for (let first = differences[0]; first !== undefined; first = differences[0]) {
      const { tenant } = first;
      const batch = differences.filter((one) => one.tenant === tenant).slice(0, MAX_TOLD);
      const call = ownCall(service, tenant, REPORT_TIMEOUT_MS, closing.signal);
      await client.for(call).reportShadowDifferences({
        requestId: randomUUID(),
        differences: batch.map(({ tenant: _, ...one }) => ({ ...one, capability, fields: [...one.fields] })),
      });
      const told = new Set(batch);
      differences.splice(0, differences.length, ...differences.filter((one) => !told.has(one)));
    }
  };
  const tell = () => {
    isSoon = false;
    telling = telling
      .then(async () => {
        await tellStates();
        await tellDifferences();
      })
      .catch((error: unknown) => log.debug({ err: error }, "vendor states could not be told"))
      .then(() => (isSoon ? undefined : plan(REPORT_MS)));
  };
  const plan = (ms: number) => {
    if (!closing.signal.aborted) {
      clearTimeout(timer);
      timer = setTimeout(tell, ms);
      timer.unref();
    }
  };
  const soon = () => {
    if (!isSoon) {
      isSoon = true;
      plan(GATHER_MS);
    }
  };
  plan(REPORT_MS);
  return {
    stateChanged: soon,
    differs(difference) {
      if (differences.length < MAX_KEPT) {
        differences.push(difference);
        soon();
      }
    },
    close() {
      closing.abort();
      clearTimeout(timer);
      client.close();
    },
  };
}
