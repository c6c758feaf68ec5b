/** The edge of the mesh: every capability's contract, behind one door. */
import { readFileSync } from "node:fs";
import type { DescService, Message } from "@bufbuild/protobuf";
import { createContextValues, type ServiceImpl } from "@connectrpc/connect";
import { EventSchema } from "#gen/malla/event/v1/event_pb.js";
import { createTokenVerifier } from "#platform/auth/token.ts";
import { connectBus } from "#platform/bus/bus.ts";
import type { Environment } from "#platform/config/settings.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import type { RunningProgram } from "#platform/lifecycle/process.ts";
import { callerKey } from "#platform/rpc/call.ts";
import { MESH_HEADERS } from "#platform/rpc/metadata.ts";
import type { TlsFiles } from "#platform/rpc/tls.ts";
import { openLogger } from "#platform/telemetry/log.ts";
import { startTelemetry } from "#platform/telemetry/tracing.ts";
import { createBankDoor } from "./bank-door.ts";
import { readGatewaySettings } from "./config.ts";
import { OWN_CAPABILITY, readContracts } from "./contracts.ts";
import { createEdge } from "./edge/edge.ts";
import { openInProcess } from "./edge/in-process.ts";
import type { EdgeService } from "./edge/methods.ts";
import { fieldOf } from "./grpc/metadata.ts";
import { streamEvents } from "./handlers/stream-events.ts";
import type { HeaderField } from "./http2/index.ts";
import { openMeshBackend } from "./mesh-backend.ts";
import { createPages } from "./pages.ts";

/** Largest message of gRPC, gRPC-Web and Connect, in bytes; the transcoder bounds REST bodies itself. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** Longest wait for calls under way when the process is asked to end, in milliseconds. */
const DRAIN_MS = 5_000;
/** Longest wait for a backend's word on its health, in milliseconds. */
const HEALTH_MS = 1_000;
/** Unary calls that wait for their turn, and the longest wait, in milliseconds. */
const MAX_WAITING = 2_000;
const MAX_WAIT_MS = 1_000;
const MAX_STREAMS = 10_000;

/** Bounds of the public port. */
const PORT_LIMITS = {
  maxHeaderBytes: 16_384,
  maxStreamsPerConnection: 256,
  maxConnections: 20_000,
  headersMs: 10_000,
  requestMs: 60_000,
  idleMs: 120_000,
};

/** Starts the edge in this process. */
export async function startGateway(environment: Environment): Promise<RunningProgram> {
  const contracts = readContracts(new URL("../gen/malla.binpb", import.meta.url));
  const capabilities = [...contracts.services.keys()].filter((capability) => capability !== OWN_CAPABILITY);
  const settings = readGatewaySettings(environment, capabilities);
  const log = openLogger("gateway", settings.MALLA_LOG_LEVEL);
  const telemetry = await startTelemetry({
    service: "gateway",
    metricsListen: settings.MALLA_METRICS_LISTEN,
    otlpEndpoint: settings.MALLA_OTLP_ENDPOINT,
  });
  const tls: TlsFiles = {
    certFile: settings.MALLA_TLS_CERT_FILE,
    keyFile: settings.MALLA_TLS_KEY_FILE,
    caFile: settings.MALLA_TLS_CA_FILE,
  };
  const bus = await connectBus(settings.MALLA_NATS_URL, "gateway", log);
  const verify = createTokenVerifier({
    keys: JSON.parse(readFileSync(settings.MALLA_JWKS_FILE, "utf8")),
    issuer: settings.MALLA_TOKEN_ISSUER,
    audience: settings.MALLA_TOKEN_AUDIENCE,
  });
  const maxMs = settings.MALLA_EDGE_MAX_TIMEOUT_MS;
  const door = createBankDoor({ verify, log, deadlines: { defaultMs: settings.MALLA_EDGE_DEFAULT_TIMEOUT_MS, maxMs } });
  const backends = [...settings.backends].map(([capability, { host, port }]) => {
    const services = contracts.services.get(capability) ?? [];
    return {
      capability,
      services,
      backend: openMeshBackend({ capability, address: `${host}:${port}`, tls, services }),
    };
  });
  const closing = new AbortController();
  const ownDoor = createBankDoor({ verify, log, deadlines: { defaultMs: undefined, maxMs: Number.POSITIVE_INFINITY } });
  const own = (contracts.services.get(OWN_CAPABILITY) ?? []).map((service): EdgeService => {
    // The one service of this capability; its descriptor was read at run time, its types were generated.
    const implementation = {
      streamEvents: streamEvents({
        bus,
        capabilities: [...settings.backends.keys()],
        now: Date.now,
        closing: closing.signal,
      }),
    } as unknown as ServiceImpl<DescService>;
    return { service, door: ownDoor, backend: openInProcess({ service, implementation, values: callerOf }) };
  });
  const readiness = async () => {
    const serving = backends.map(async ({ capability, backend }) => [capability, await backend.isServing(HEALTH_MS)]);
    return Object.fromEntries(await Promise.all(serving)) as Record<string, boolean>;
  };
  const edge = createEdge({
    services: [
      ...backends.flatMap(({ services, backend }) => services.map((service) => ({ service, backend, door }))),
      ...own,
    ],
    files: contracts.files,
    rest: {
      registry: contracts.registry,
      headerFields: { "idempotency-key": "request_id", "last-event-id": "after_event_id" },
      responseHeaders: [],
      errorDomain: "malla",
      sseEvent: (_method, message) => eventFields(message),
      onInternalError: (error, method) => log.error({ err: error, rpc: method?.name }, "REST answer failed"),
    },
    grpc: {
      limits: { maxMessageBytes: MAX_MESSAGE_BYTES, maxMessages: 0 },
      requestMs: PORT_LIMITS.requestMs,
      passesBack: () => false,
    },
    admission: {
      maxCalls: settings.MALLA_EDGE_MAX_CALLS,
      maxStreams: MAX_STREAMS,
      maxWaiting: MAX_WAITING,
      maxWaitMs: MAX_WAIT_MS,
      overloaded: () => meshError("OVERLOADED"),
    },
    serves: async (name) => {
      if (name === "") {
        return !closing.signal.aborted;
      }
      const serving = backends.find(({ services }) => services.some(({ typeName }) => typeName === name));
      return serving?.backend.isServing(HEALTH_MS);
    },
    pages: createPages({
      title: "Malla",
      openapi: readFileSync(new URL("../gen/openapi/malla.openapi.json", import.meta.url)),
      readiness,
    }),
    onInternalError: (error) => log.debug({ err: error }, "connection failed"),
  });
  const { MALLA_EDGE_TLS_CERT_FILE: certFile, MALLA_EDGE_TLS_KEY_FILE: keyFile } = settings;
  const publicTls =
    certFile === undefined || keyFile === undefined
      ? undefined
      : { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const listener = await edge.listen({ ...settings.MALLA_LISTEN, tls: publicTls, limits: PORT_LIMITS });
  return {
    listen: `${settings.MALLA_LISTEN.host}:${listener.port}`,
    log,
    async close() {
      closing.abort();
      await listener.drain(DRAIN_MS);
      for (const { backend } of backends) {
        backend.close();
      }
      await Promise.all([bus.close(), telemetry.shutdown()]);
    },
  };
}

/** The caller, for handlers in this process, from the metadata that the door gave. */
function callerOf(metadata: readonly HeaderField[]) {
  const scopes = (fieldOf(metadata, MESH_HEADERS.scopes) ?? "").split(" ").filter((scope) => scope !== "");
  return createContextValues().set(callerKey, {
    tenant: fieldOf(metadata, MESH_HEADERS.tenant) ?? "",
    principal: fieldOf(metadata, MESH_HEADERS.principal) ?? "",
    scopes: new Set(scopes),
  });
}

/** Id and name of an event of the stream, so that a client can resume by Last-Event-ID. */
function eventFields(message: Message): { id?: string; event?: string } {
  const event: unknown = "event" in message ? message.event : undefined;
  if (
    typeof event !== "object" ||
    event === null ||
    !("$typeName" in event) ||
    event.$typeName !== EventSchema.typeName
  ) {
    return {};
  }
  const { id, type } = event as { id?: unknown; type?: unknown };
  return { ...(typeof id === "string" ? { id } : {}), ...(typeof type === "string" ? { event: type } : {}) };
}
