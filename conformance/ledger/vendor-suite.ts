/**
 * The clauses of malla.ledger.v1 for a run of the kit against an endpoint. Callers and vendors of the ledger share one
 * contract, which has no GetCapabilities: who the vendor is comes with the run's parameters.
 */
import { exec } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { create, fromBinary } from "@bufbuild/protobuf";
import { type Event, EventSchema } from "#gen/malla/event/v1/event_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { CapabilitiesSchema } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { connectBus } from "#platform/bus/bus.ts";
import { streamOf } from "#platform/bus/subjects.ts";
import { openLogger } from "#platform/telemetry/log.ts";
import type { Suite, Target } from "../kit/suite.ts";
import type { LedgerHarness } from "./harness.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import { ledgerSuite, nothingProvoked } from "./suite.ts";

/** Deadline of a call, in milliseconds: the largest requests on a busy machine. */
const CALL_TIMEOUT_MS = 20_000;
/** Longest wait for a tenant's events, in milliseconds. */
const EVENTS_TIMEOUT_MS = 15_000;

/** Puts a ledger through its contract. */
export const ledgerVendorSuite: Suite<typeof LedgerService, Ledger> = {
  capability: "ledger",
  service: LedgerService,
  features: [],
  parameters: [
    { name: "vendor", what: "name of the vendor, for reports and the certificate; without it, unnamed" },
    { name: "version", what: "version of its software, likewise; without it, 0" },
    { name: "nats_url", what: "the NATS server that it publishes its events to" },
    { name: "stop_command", what: "shell command that takes the ledger down, and returns when it is" },
    { name: "start_command", what: "shell command that brings it up again, and returns when it is" },
  ],
  groups: ledgerSuite,
  async describe(client, parameter) {
    await client.lookupAccounts({ ids: [randomUUID()] });
    return create(CapabilitiesSchema, {
      capability: "ledger",
      vendor: parameter("vendor") ?? "unnamed",
      version: parameter("version") ?? "0",
    });
  },
  open: (target) => openLedger(harnessOf(target), nothingProvoked()),
};

function harnessOf(target: Target<typeof LedgerService>): LedgerHarness {
  return {
    client: (tenant) => target.client({ tenant, timeoutMs: CALL_TIMEOUT_MS }),
    events: (tenant, count) => readEvents(target.parameter("nats_url"), tenant, count),
    async restart(whileDown) {
      await promisify(exec)(target.parameter("stop_command"));
      await whileDown();
      await promisify(exec)(target.parameter("start_command"));
    },
  };
}

async function readEvents(natsUrl: string, tenant: string, count: number): Promise<Event[]> {
  const bus = await connectBus(natsUrl, "conformance", openLogger("conformance", "error"));
  const found: Event[] = [];
  const enough = new AbortController();
  try {
    await bus.consume(
      {
        stream: streamOf("ledger"),
        subject: `malla.ledger.v1.${tenant}.>`,
        startSequence: 1,
        signal: AbortSignal.any([enough.signal, AbortSignal.timeout(EVENTS_TIMEOUT_MS)]),
      },
      async ({ data }) => {
        found.push(fromBinary(EventSchema, data));
        if (found.length >= count) {
          enough.abort();
        }
        return { kind: "done" };
      },
    );
    return found;
  } finally {
    await bus.close();
  }
}
