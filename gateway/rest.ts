/** REST by the transcoder, through the same pipeline as the other protocols. */
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import {
  createHandlerContext,
  createServiceImplSpec,
  type Interceptor,
  type MethodImplSpec,
  type ServiceImpl,
} from "@connectrpc/connect";
import { invokeUnaryImplementation, transformInvokeImplementation } from "@connectrpc/connect/protocol";
import { EventSchema } from "#gen/malla/event/v1/event_pb.js";
import { ANSWERED } from "#platform/rpc/serve-grpc.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import type { Contracts } from "./contracts.ts";
import type { Deadlines } from "./forward.ts";
import { type CallInfo, createTranscoder, type Transcoder } from "./transcoder/index.ts";

/** A service and what answers it. */
export interface EdgeService {
  readonly service: DescService;
  readonly implementation: ServiceImpl<DescService>;
}

/** What REST is served from. */
export interface RestOptions {
  readonly contracts: Contracts;
  readonly services: readonly EdgeService[];
  readonly interceptors: Interceptor[];
  readonly deadlines: Deadlines;
  readonly log: Logger;
}

/** Makes the transcoder of the edge. */
export function createRest({ contracts, services, interceptors, deadlines, log }: RestOptions): Transcoder {
  const specs = new Map<DescMethod, MethodImplSpec>(
    services.flatMap(({ service, implementation }) =>
      Object.values(createServiceImplSpec(service, implementation).methods).map((spec) => [spec.method, spec] as const),
    ),
  );
  const invocation = (method: DescMethod, info: CallInfo, deadlineMs: number | undefined) => {
    const spec = specs.get(method);
    if (spec === undefined) {
      throw new Error(`${method.name} has a route but nothing that answers it`);
    }
    const context = createHandlerContext({
      service: method.parent,
      method,
      protocolName: "rest",
      requestMethod: "POST",
      url: `http://edge/${method.parent.typeName}/${method.name}`,
      requestHeader: info.header,
      requestSignal: info.signal,
      ...(deadlineMs === undefined ? {} : { timeoutMs: deadlineMs }),
    });
    return { spec, context };
  };
  return createTranscoder({
    services: services.map(({ service }) => service),
    registry: contracts.registry,
    headerFields: { "idempotency-key": "request_id", "last-event-id": "after_event_id" },
    responseHeaders: [],
    errorDomain: "malla",
    sseEvent: (_method, message) => eventFields(message),
    onInternalError: (error, method) => log.error({ err: error, rpc: method?.name }, "REST answer failed"),
    call: {
      async unary(method, message, info) {
        const timeoutMs = Math.min(info.timeoutMs ?? deadlines.defaultMs, deadlines.maxMs);
        const { spec, context } = invocation(method, info, timeoutMs);
        try {
          // The spec pairs each method with its own implementation, so a unary method's is unary.
          const output = await invokeUnaryImplementation(
            spec as MethodImplSpec & { kind: "unary" },
            context,
            message,
            interceptors,
          );
          return { message: output, header: context.responseHeader, trailer: context.responseTrailer };
        } finally {
          context.abort(ANSWERED);
        }
      },
      async *serverStream(method, message, info) {
        const { spec, context } = invocation(method, info, info.timeoutMs);
        try {
          yield* transformInvokeImplementation(spec, context, interceptors)(only(message));
        } finally {
          context.abort(ANSWERED);
        }
      },
    },
  });
}

/** Id and name of an event of the stream, so that a client can resume by Last-Event-ID. */
function eventFields(message: object): { id?: string; event?: string } {
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

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}
