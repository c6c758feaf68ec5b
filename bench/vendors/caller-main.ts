/** A process of the cards service as far as it calls vendors: does the jobs that it is sent. */
import { create } from "@bufbuild/protobuf";
import { Client } from "@grpc/grpc-js";
import { CardsProviderService, ReadCardRequestSchema } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { connectBus } from "#platform/bus/bus.ts";
import { openVendorMesh } from "#platform/mesh/vendor-mesh.ts";
import type { Call } from "#platform/rpc/call.ts";
import { exchange } from "#platform/rpc/grpc-calls.ts";
import { identityMetadata } from "#platform/rpc/metadata.ts";
import { clientCredentials, type TlsFiles } from "#platform/rpc/tls.ts";
import { openLogger } from "#platform/telemetry/log.ts";
import { startTelemetry } from "#platform/telemetry/tracing.ts";
import { type Answer, type Calls, callsOf, type Job, type Way } from "./jobs.ts";

/** The tenant of jobs that name none. */
const TENANT = "bench";
const WARM_UP_MS = 1_500;

const tls: TlsFiles = {
  certFile: process.env["MALLA_TLS_CERT_FILE"] ?? "",
  keyFile: process.env["MALLA_TLS_KEY_FILE"] ?? "",
  caFile: process.env["MALLA_TLS_CA_FILE"] ?? "",
};
await startTelemetry({ service: "bench" });
const log = openLogger("bench", "fatal");
const bus = await connectBus(process.env["MALLA_NATS_URL"] ?? "", "bench", log);
const mesh = openVendorMesh(CardsProviderService, { capability: "cards", bus, tls, log });
const { readCard } = CardsProviderService.method;
const scopes = ["cards.provide"].join(" ");
const never = new AbortController().signal;
let isStopped = false;
let cards = 0;

const callOf = (tenant: string, timeoutMs = 5_000): Call => ({
  tenant,
  principal: "bench",
  scopes: new Set(["*"]),
  deadlineMs: Date.now() + timeoutMs,
  signal: never,
});
const now = () => performance.timeOrigin + performance.now();

function openBare(address: string, vendor: string): Client {
  return new Client(address, clientCredentials(tls, `cards/${vendor}`), {
    "grpc.ssl_target_name_override": "localhost",
    "grpc.default_authority": "localhost",
  });
}

/** A call of either way; the bare one carries the same metadata and deadline, since a vendor answers no other. */
function caller(way: Way, address: string, vendor: string): () => Promise<unknown> {
  if (way === "mesh") {
    return () => mesh.begin(callOf(TENANT), readCard, "key", { card: "card" });
  }
  const client = openBare(address, vendor);
  return () => {
    const call = callOf(TENANT);
    const metadata = identityMetadata(call, scopes);
    return exchange(client, readCard, create(ReadCardRequestSchema, { card: "card" }), {
      metadata,
      signal: call.signal,
      deadline: call.deadlineMs,
    });
  };
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await call();
  return performance.now() - started;
}

/** In turn, the order changing with each pair, so that neither finds the warmer processor. */
async function compare(job: Extract<Job, { kind: "compare" }>): Promise<Answer> {
  const ways = { bare: caller("bare", job.address, job.vendor), mesh: caller("mesh", job.address, job.vendor) };
  const latencies: Record<Way, number[]> = { bare: [], mesh: [] };
  const started = performance.now();
  for (let turn = 0; performance.now() - started < job.seconds * 1_000 + WARM_UP_MS; turn++) {
    const isWarm = performance.now() - started > WARM_UP_MS;
    for (const way of turn % 2 === 0 ? (["bare", "mesh"] as const) : (["mesh", "bare"] as const)) {
      const ms = await timed(ways[way]);
      if (isWarm) {
        latencies[way].push(ms);
      }
    }
  }
  return {
    kind: "compared",
    bare: callsOf(latencies.bare, 0, job.seconds),
    mesh: callsOf(latencies.mesh, 0, job.seconds),
  };
}

async function saturate(job: Extract<Job, { kind: "saturate" }>): Promise<Answer> {
  const call = caller(job.way, job.address, job.vendor);
  const latencies: number[] = [];
  let failures = 0;
  let cpu = process.cpuUsage();
  const started = performance.now();
  const one = async () => {
    while (performance.now() - started < job.seconds * 1_000 + WARM_UP_MS) {
      try {
        const ms = await timed(call);
        if (performance.now() - started > WARM_UP_MS) {
          if (latencies.length === 0) {
            cpu = process.cpuUsage();
          }
          latencies.push(ms);
        }
      } catch {
        failures += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: job.callers }, one));
  const { user, system } = process.cpuUsage(cpu);
  const cpuUs = (user + system) / latencies.length;
  return { kind: "saturated", calls: callsOf(latencies, failures, job.seconds), cpuUs };
}

/** Each call counts from when it was due, so that waiting in line is seen. */
async function steady({ loads, seconds }: Extract<Job, { kind: "steady" }>): Promise<Answer> {
  const run = async ({ tenant, rate, timeoutMs }: (typeof loads)[number]): Promise<Calls> => {
    const latencies: number[] = [];
    let failures = 0;
    const pending: Promise<void>[] = [];
    const started = performance.now();
    for (let sent = 0; sent < rate * seconds; ) {
      const due = Math.min(rate * seconds, Math.floor(((performance.now() - started) / 1_000) * rate) + 1);
      for (; sent < due; sent++) {
        const dueAt = started + (sent / rate) * 1_000;
        cards += 1;
        const request = { card: `c${cards}` };
        pending.push(
          mesh.begin(callOf(tenant, timeoutMs), readCard, request.card, request).then(
            () => void latencies.push(performance.now() - dueAt),
            () => {
              failures += 1;
            },
          ),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(pending);
    return callsOf(latencies, failures, seconds);
  };
  return { kind: "steadied", calls: await Promise.all(loads.map(run)) };
}

async function follow({ tenant, callers }: Extract<Job, { kind: "follow" }>): Promise<Answer> {
  isStopped = false;
  const latencies: number[] = [];
  let failures = 0;
  let last = "";
  const started = performance.now();
  const one = async () => {
    while (!isStopped) {
      const begun = performance.now();
      try {
        const { vendor } = await mesh.begin(callOf(tenant), readCard, "key", { card: "card" });
        latencies.push(performance.now() - begun);
        if (vendor !== last) {
          last = vendor;
          send({ kind: "seen", vendor, at: now() });
        }
      } catch {
        failures += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, one));
  return { kind: "followed", calls: callsOf(latencies, failures, (performance.now() - started) / 1_000) };
}

function send(answer: Answer): void {
  process.send?.(answer);
}

async function run(job: Job): Promise<void> {
  switch (job.kind) {
    case "compare":
      return send(await compare(job));
    case "saturate":
      return send(await saturate(job));
    case "steady":
      return send(await steady(job));
    case "follow":
      return send(await follow(job));
    case "stop":
      isStopped = true;
  }
}

process.on("message", (job: Job) => {
  run(job).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ kind: "ready" });
