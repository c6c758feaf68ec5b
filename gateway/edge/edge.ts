/** The edge: one port, four protocols, one door for each service. */
import type { DescService, FileRegistry } from "@bufbuild/protobuf";
import { Health, file_health_v1_health as healthFile } from "#gen/health/v1/health_pb.js";
import { file_reflection_v1_reflection as reflectionFile, ServerReflection } from "#gen/reflection/v1/reflection_pb.js";
import {
  file_reflection_v1alpha_reflection as reflectionAlphaFile,
  ServerReflection as ServerReflectionAlpha,
} from "#gen/reflection/v1alpha/reflection_pb.js";
import { fieldOf } from "../grpc/metadata.ts";
import { createNodeHandler, type RouteInfo } from "../transcoder/index.ts";
import { type AdmissionOptions, createAdmission } from "./admission.ts";
import { createConnectHandler } from "./connect.ts";
import { allowOrigins, type CorsOptions } from "./cors.ts";
import type { Door } from "./door.ts";
import type { GrpcOptions } from "./grpc-call.ts";
import { isGrpc, serveGrpc } from "./grpc-over-http2.ts";
import { answerGrpcWeb, isGrpcWeb } from "./grpc-web.ts";
import { createHealth, type HealthSource } from "./health.ts";
import type { HttpHandler, HttpPages } from "./http-handler.ts";
import { serveHttp } from "./http-over-http2.ts";
import { openInProcess } from "./in-process.ts";
import { type Listener, type ListenOptions, listen } from "./listen.ts";
import { type EdgeService, methodsByPath } from "./methods.ts";
import { createReflection } from "./reflection.ts";
import { createRest, type RestOptions } from "./rest.ts";

/** What an edge is made from. */
export interface EdgeOptions {
  readonly services: readonly EdgeService[];
  /** Descriptors that reflection tells of. */
  readonly files: FileRegistry;
  readonly rest: Omit<RestOptions, "services">;
  readonly grpc: Omit<GrpcOptions, "enter">;
  readonly admission: AdmissionOptions;
  readonly serves: HealthSource;
  readonly cors?: CorsOptions | undefined;
  /** Answers requests that are no calls. */
  readonly pages: HttpPages;
  readonly onInternalError: (error: unknown) => void;
}

/** An edge, not yet on a port. */
export interface Edge {
  /** Every REST route. */
  readonly routes: readonly RouteInfo[];
  /** Opens a port. */
  listen(options: Omit<ListenOptions, "onDefect">): Promise<Listener>;
}

/** Makes an edge. @throws RuleError for a rule of REST that cannot be served */
export function createEdge(options: EdgeOptions): Edge {
  const served = options.services.map(({ service }) => service);
  const services = [...options.services, ...standardServices(options, served)];
  const methods = methodsByPath(services);
  const grpc: GrpcOptions = { ...options.grpc, enter: createAdmission(options.admission) };
  const transcoder = createRest(methods, { ...options.rest, services: served }, grpc);
  // A rule may stand at the path of an RPC; Connect's clients tell themselves apart.
  const restPaths = new Set(
    transcoder.routes.map(({ template }) => template.source).filter((path) => methods.has(path)),
  );
  const connect = createConnectHandler(services, methods, grpc, options.rest.registry);

  const answer: HttpHandler = (request) => {
    const contentType = request.header.get("content-type") ?? "";
    if (request.method === "POST" && isGrpcWeb(contentType)) {
      return answerGrpcWeb(request, methods.get(request.url), grpc);
    }
    const page = options.pages(request);
    if (page !== undefined) {
      return page;
    }
    const isRest = restPaths.has(request.url) && request.header.get("connect-protocol-version") === null;
    return (isRest ? undefined : connect(request)) ?? transcoder.handle(request);
  };
  const handler = options.cors === undefined ? answer : allowOrigins(options.cors, answer);
  const http1 = createNodeHandler({ handle: handler }, options.onInternalError);
  return {
    routes: transcoder.routes,
    listen: (listenOptions) =>
      listen(
        { ...listenOptions, onDefect: options.onInternalError },
        {
          http1,
          http2(stream, fields, endStream) {
            return isGrpc(fieldOf(fields, "content-type") ?? "")
              ? serveGrpc(stream, fields, endStream, methods, grpc)
              : serveHttp(stream, fields, endStream, handler);
          },
        },
      ),
  };
}

/** Health and reflection, which every gRPC tool expects; open to all, as the contracts are. */
function standardServices({ files, serves }: EdgeOptions, served: readonly DescService[]): EdgeService[] {
  const names = served.map(({ typeName }) => typeName);
  const all = [...names, Health.typeName, ServerReflection.typeName, ServerReflectionAlpha.typeName];
  const own = [healthFile, reflectionFile, reflectionAlphaFile];
  const reflection = createReflection([...own, ...files.files], all.toSorted());
  return [
    {
      service: Health,
      door: openDoor,
      backend: openInProcess({ service: Health, implementation: createHealth(serves, names) }),
    },
    {
      service: ServerReflection,
      door: openDoor,
      backend: openInProcess({ service: ServerReflection, implementation: reflection }),
    },
    {
      service: ServerReflectionAlpha,
      door: openDoor,
      // v1alpha differs from v1 in its package alone, so the same values fit.
      backend: openInProcess({
        service: ServerReflectionAlpha,
        implementation: reflection as object as Parameters<
          typeof openInProcess<typeof ServerReflectionAlpha>
        >[0]["implementation"],
      }),
    },
  ];
}

const openDoor: Door = ({ timeoutMs }) => ({ metadata: [], timeoutMs, check: undefined, over: (error) => error });
