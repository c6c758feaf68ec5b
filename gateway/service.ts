/** The edge: one port, four protocols, every capability's contract. */
import { readFileSync } from "node:fs";
import type { DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { createTokenVerifier } from "#platform/auth/token.ts";
import { connectBus } from "#platform/bus/bus.ts";
import type { Environment } from "#platform/config/settings.ts";
import type { RunningProgram } from "#platform/lifecycle/process.ts";
import { openMeshTransport } from "#platform/rpc/mesh-client.ts";
import { observeCalls } from "#platform/rpc/observe.ts";
import { clientCredentials, type TlsFiles } from "#platform/rpc/tls.ts";
import { validateRequests } from "#platform/rpc/validate.ts";
import { openLogger } from "#platform/telemetry/log.ts";
import { startTelemetry } from "#platform/telemetry/tracing.ts";
import { readGatewaySettings } from "./config.ts";
import { OWN_CAPABILITY, readContracts } from "./contracts.ts";
import { type Deadlines, forwardTo } from "./forward.ts";
import { streamEvents } from "./handlers/stream-events.ts";
import { openHealthProbe } from "./health.ts";
import { identifyCallers } from "./identify.ts";
import { limitCalls } from "./limit-calls.ts";
import { listen } from "./listen.ts";
import { createPages } from "./pages.ts";
import { createRest, type EdgeService } from "./rest.ts";
import { createNodeHandler } from "./transcoder/index.ts";

/** Largest message of gRPC, gRPC-Web and Connect, in bytes; the transcoder bounds REST bodies itself. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** Longest wait for calls under way when the process is asked to end, in milliseconds. */
const DRAIN_MS = 5_000;
/** Longest wait for a backend's word on its health, in milliseconds. */
const HEALTH_MS = 1_000;

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
  const deadlines: Deadlines = {
    defaultMs: settings.MALLA_EDGE_DEFAULT_TIMEOUT_MS,
    maxMs: settings.MALLA_EDGE_MAX_TIMEOUT_MS,
  };
  const backends = [...settings.backends].map(([capability, { host, port }]) => ({
    capability,
    transport: openMeshTransport({ peer: capability, address: `${host}:${port}`, tls }),
    probe: openHealthProbe(`${host}:${port}`, clientCredentials(tls, capability)),
  }));
  const forwarded = backends.flatMap(({ capability, transport }): EdgeService[] =>
    (contracts.services.get(capability) ?? []).map((service) => ({
      service,
      implementation: forwardTo(service, transport, deadlines),
    })),
  );
  const closing = new AbortController();
  const own = (contracts.services.get(OWN_CAPABILITY) ?? []).map(
    (service): EdgeService => ({
      service,
      // The one service of this capability; its descriptor was read at run time, its types were generated.
      implementation: {
        streamEvents: streamEvents({ bus, capabilities, now: Date.now, closing: closing.signal }),
      } as unknown as ServiceImpl<DescService>,
    }),
  );
  const services = [...forwarded, ...own];
  const verify = createTokenVerifier({
    keys: JSON.parse(readFileSync(settings.MALLA_JWKS_FILE, "utf8")),
    issuer: settings.MALLA_TOKEN_ISSUER,
    audience: settings.MALLA_TOKEN_AUDIENCE,
  });
  const interceptors = [
    observeCalls(log),
    limitCalls(settings.MALLA_EDGE_MAX_CALLS),
    identifyCallers(verify),
    validateRequests,
  ];
  const rest = createNodeHandler(createRest({ contracts, services, interceptors, deadlines, log }), (error) =>
    log.debug({ err: error }, "connection failed"),
  );
  const pages = createPages({
    openapi: new URL("../gen/openapi/malla.openapi.json", import.meta.url),
    readiness: async () => {
      const serving = backends.map(
        async ({ capability, probe }) => [capability, await probe.isServing(HEALTH_MS)] as const,
      );
      return Object.fromEntries(await Promise.all(serving));
    },
  });
  const handler = connectNodeAdapter({
    routes: (router) => {
      for (const { service, implementation } of services) {
        router.service(service, implementation);
      }
    },
    interceptors,
    readMaxBytes: MAX_MESSAGE_BYTES,
    maxTimeoutMs: deadlines.maxMs,
    fallback: (request, response) => {
      pages(request, response).then(
        (answered) => (answered ? undefined : rest(request, response)),
        (error: unknown) => {
          log.error({ err: error }, "page failed");
          response.destroy();
        },
      );
    },
  });
  const publicTls =
    settings.MALLA_EDGE_TLS_CERT_FILE === undefined || settings.MALLA_EDGE_TLS_KEY_FILE === undefined
      ? undefined
      : { certFile: settings.MALLA_EDGE_TLS_CERT_FILE, keyFile: settings.MALLA_EDGE_TLS_KEY_FILE };
  const listener = await listen(settings.MALLA_LISTEN, publicTls, handler);
  return {
    listen: `${settings.MALLA_LISTEN.host}:${listener.port}`,
    log,
    async close() {
      closing.abort();
      await listener.drain(DRAIN_MS);
      for (const { transport, probe } of backends) {
        transport.close();
        probe.close();
      }
      await Promise.all([bus.close(), telemetry.shutdown()]);
    },
  };
}
