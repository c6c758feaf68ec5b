/** The edge in front of any gRPC server. */
import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { Code, ConnectError } from "@connectrpc/connect";
import { pino } from "pino";
import { ErrorInfoSchema, RetryInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import type { RunningProgram } from "#platform/lifecycle/process.ts";
import { createEdge } from "../edge/edge.ts";
import type { EdgeService } from "../edge/methods.ts";
import { openRemote } from "../grpc/remote-backend.ts";
import { type Descriptors, readServiceConfig } from "../transcoder/index.ts";
import { type ProgramArguments, readArguments, UsageError } from "./arguments.ts";
import { describeRoutes } from "./describe-routes.ts";
import { readDescriptors } from "./descriptors.ts";
import { createDoor } from "./door.ts";
import { createProgramPages } from "./pages.ts";

/** Longest wait for calls under way when asked to end, in milliseconds. */
const DRAIN_MS = 10_000;
/** Longest wait for the message of a unary gRPC call, in milliseconds. */
const REQUEST_MS = 60_000;
const RETRY_AFTER_S = 1n;

/** What became of a start: a program that runs, or a text that was asked for. */
export type Started = RunningProgram | { readonly text: string };

/** Starts the program. @throws UsageError, RuleError */
export async function startProgram(args: readonly string[]): Promise<Started> {
  const options = readArguments(args);
  const descriptors = readDescriptors(options.descriptors);
  const log = pino({ level: options["log-level"] }, pino.destination(2));
  const services = openServices(options, descriptors);
  const { "service-config": config } = options;
  let isDraining = false;
  const edge = createEdge({
    services,
    files: descriptors.files,
    rest: {
      registry: descriptors.registry,
      limits: { maxBodyBytes: options["max-body-bytes"], maxMessages: options["max-messages"] },
      headerFields: Object.fromEntries(options["header-field"]),
      requestHeaders: ["authorization", "traceparent", "tracestate", ...options["request-header"]],
      responseHeaders: options["response-header"],
      ignoredQueryParameters: options["ignore-query"],
      ignoreUnknownFields: options["ignore-unknown-fields"],
      ignoreUnknownQueryParameters: options["ignore-unknown-query"],
      printing: {
        protoNames: options["proto-names"],
        enumsAsNumbers: options["enums-as-numbers"],
        omitDefaults: options["omit-defaults"],
      },
      ...(config === undefined ? {} : { serviceConfig: readServiceConfig(read(config).toString("utf8"), config) }),
      onInternalError: (error, method) => log.error({ err: error, rpc: method?.name }, "answer failed"),
    },
    grpc: {
      limits: { maxMessageBytes: options["max-message-bytes"], maxMessages: options["max-messages"] },
      requestMs: REQUEST_MS,
      passesBack: () => true,
    },
    admission: {
      maxCalls: options["max-calls"],
      maxStreams: options["max-open-streams"],
      maxWaiting: options["max-waiting"],
      maxWaitMs: 1_000,
      overloaded,
    },
    serves: async (service) =>
      service === "" || services.some((each) => each.service.typeName === service) ? !isDraining : undefined,
    cors:
      options["cors-origin"].length === 0
        ? undefined
        : {
            origins: options["cors-origin"],
            credentials: options["cors-credentials"],
            responseHeaders: options["response-header"].filter((name) => !name.endsWith("*")),
          },
    pages: (request) => pages(request),
    onInternalError: (error) => log.debug({ err: error }, "connection failed"),
  });
  const { pages, omitted } = createProgramPages(options, edge.routes, descriptors, () => !isDraining);
  for (const route of omitted) {
    log.info({ route }, "not in the OpenAPI document");
  }
  if (options.routes) {
    return { text: describeRoutes(edge.routes) };
  }
  if (options.check) {
    return { text: `${edge.routes.length} REST routes, ${services.length} services: all can be served\n` };
  }
  const tls =
    options["tls-cert"] === undefined || options["tls-key"] === undefined
      ? undefined
      : { cert: read(options["tls-cert"]), key: read(options["tls-key"]) };
  const listener = await edge.listen({
    ...options.listen,
    tls,
    limits: {
      maxHeaderBytes: options["max-header-bytes"],
      maxStreamsPerConnection: options["max-streams"],
      maxConnections: options["max-connections"],
      headersMs: 10_000,
      requestMs: options["max-timeout-ms"],
      idleMs: 120_000,
    },
  });
  return {
    listen: `${tls === undefined ? "http" : "https"}://${options.listen.host}:${listener.port}`,
    log,
    async close() {
      isDraining = true;
      await listener.drain(DRAIN_MS);
      for (const backend of new Set(services.map((service) => service.backend))) {
        backend.close();
      }
    },
  };
}

function openServices(options: ProgramArguments, { services, registry }: Descriptors): EdgeService[] {
  const door = createDoor(options, registry);
  const backends = new Map<string, EdgeService["backend"]>();
  const open = (target: URL) => {
    const backend =
      backends.get(target.href) ??
      openRemote({ target, tls: upstreamTls(options), maxAnswerBytes: options["max-message-bytes"] });
    backends.set(target.href, backend);
    return backend;
  };
  const routes = new Map(options.route);
  const unknown = [...routes.keys()].find((name) => services.every(({ typeName }) => typeName !== name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--route: ${unknown} is no service of the descriptors; there are ${services.map(({ typeName }) => typeName).join(", ")}`,
    );
  }
  return services.flatMap((service) => {
    const target = routes.get(service.typeName) ?? options.upstream;
    if (target === undefined) {
      return options.routes || options.check ? [{ service, backend: open(new URL("http://localhost")), door }] : [];
    }
    return [{ service, backend: open(target), door }];
  });
}

function upstreamTls(options: ProgramArguments): ConnectionOptions {
  const { "upstream-ca": ca, "upstream-cert": cert, "upstream-key": key, "upstream-name": servername } = options;
  return {
    ...(ca === undefined ? {} : { ca: read(ca) }),
    ...(cert === undefined ? {} : { cert: read(cert) }),
    ...(key === undefined ? {} : { key: read(key) }),
    ...(servername === undefined ? {} : { servername }),
  };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function overloaded(): ConnectError {
  return new ConnectError(
    "more calls come than can be answered in time; try again",
    Code.ResourceExhausted,
    undefined,
    [
      { desc: ErrorInfoSchema, value: { reason: "OVERLOADED", domain: "transcoder" } },
      { desc: RetryInfoSchema, value: { retryDelay: { seconds: RETRY_AFTER_S } } },
    ],
  );
}
