/** Serves Connect service implementations on grpc-js, which is two to three times faster between services. */
import type { DescService } from "@bufbuild/protobuf";
import { createServiceImplSpec, type Interceptor, type ServiceImpl } from "@connectrpc/connect";
import {
  Server,
  type ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { HostPort } from "../config/settings.ts";
import { streamHandler, unaryHandler } from "./grpc-handlers.ts";

export { ANSWERED } from "./grpc-handlers.ts";

/** A service of the contract and what answers it. */
export interface Served<Service extends DescService = DescService> {
  readonly service: Service;
  readonly implementation: ServiceImpl<Service>;
}

/** Pairs a service with its implementation. */
export function served<Service extends DescService>(service: Service, implementation: ServiceImpl<Service>): Served {
  return { service, implementation: implementation as ServiceImpl<DescService> };
}

/** Largest message taken in, in bytes: a full batch of 8,190 transfers with labels fits. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** Calls under way on one connection; a peer service multiplexes all its calls on one. */
const MAX_STREAMS = 1_000;
/** A connection's life: certificates and trust are looked at again at least this often. */
const MAX_CONNECTION_AGE_MS = 30 * 60_000;
const MAX_CONNECTION_AGE_GRACE_MS = 30_000;

/** What is served and how. */
export interface ServeGrpcOptions {
  readonly services: readonly Served[];
  /** Outermost first. */
  readonly interceptors: Interceptor[];
  readonly credentials: ServerCredentials;
  readonly listen: HostPort;
  /** Adds services made for grpc-js itself, such as health. */
  readonly extend?: (server: Server) => void;
}

/** A server that listens. */
export interface GrpcServer {
  readonly port: number;
  /** Takes no new calls, lets those under way finish, and after `graceMs` cuts them. */
  drain(graceMs: number): Promise<void>;
}

/** Starts to serve. */
export async function serveGrpc(options: ServeGrpcOptions): Promise<GrpcServer> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_concurrent_streams": MAX_STREAMS,
    "grpc.max_connection_age_ms": MAX_CONNECTION_AGE_MS,
    "grpc.max_connection_age_grace_ms": MAX_CONNECTION_AGE_GRACE_MS,
    "grpc.keepalive_time_ms": 20_000,
    "grpc.keepalive_timeout_ms": 10_000,
  });
  for (const { service, implementation } of options.services) {
    const { definition, handlers } = grpcService(service, implementation, options.interceptors);
    server.addService(definition, handlers);
  }
  options.extend?.(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${options.listen.host}:${options.listen.port}`, options.credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    drain: (graceMs) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.forceShutdown(), graceMs);
        server.tryShutdown(() => {
          clearTimeout(cut);
          resolve();
        });
      }),
  };
}

function grpcService(service: DescService, implementation: ServiceImpl<DescService>, interceptors: Interceptor[]) {
  const spec = createServiceImplSpec(service, implementation);
  const definition: Record<string, ServiceDefinition[string]> = {};
  const handlers: UntypedServiceImplementation = {};
  for (const method of service.methods) {
    const methodSpec = spec.methods[method.localName];
    if (methodSpec === undefined) {
      throw new Error(`${service.typeName}.${method.name}: nothing answers it`);
    }
    // On the wire a stream of one message is a stream: to grpc-js, all kinds but unary are streams both ways.
    const streams = method.methodKind !== "unary";
    definition[method.name] = {
      path: `/${service.typeName}/${method.name}`,
      requestStream: streams,
      responseStream: streams,
      requestSerialize: passBytes,
      // Decoded in the handler: what fails to decode is the caller's mistake, where grpc-js would say INTERNAL.
      requestDeserialize: passBytes,
      responseSerialize: passBytes,
      responseDeserialize: passBytes,
    };
    handlers[method.name] = streams ? streamHandler(methodSpec, interceptors) : unaryHandler(methodSpec, interceptors);
  }
  return { definition, handlers };
}

function passBytes(bytes: Buffer): Buffer {
  return bytes;
}
