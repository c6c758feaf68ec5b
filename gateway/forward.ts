/** Implementations of a backend's services that pass every call on to it. */
import type { DescMethod, DescMethodStreaming, DescMethodUnary, DescService, Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import { type Call, callerKey } from "#platform/rpc/call.ts";
import type { GrpcTransport } from "#platform/rpc/grpc-transport.ts";
import { identityHeaders, timeoutFor } from "#platform/rpc/mesh-client.ts";

/** Deadlines that the edge gives, in milliseconds. */
export interface Deadlines {
  /** For calls that bring none. */
  readonly defaultMs: number;
  /** The longest. */
  readonly maxMs: number;
}

/** Makes the implementation of a service: nothing of a caller's metadata is passed on but who it was found to be. */
export function forwardTo(
  service: DescService,
  transport: GrpcTransport,
  deadlines: Deadlines,
): ServiceImpl<DescService> {
  const methods = service.methods.map((method) => [method.localName, forwardMethod(method, transport, deadlines)]);
  // Made from the service's own descriptor, so each method has the shape that its kind asks for.
  return Object.fromEntries(methods) as ServiceImpl<DescService>;
}

/** The call at the edge: who was identified, and by when the answer must be there. */
export function edgeCall(context: HandlerContext, { defaultMs, maxMs }: Deadlines): Call {
  const caller = context.values.get(callerKey);
  if (caller === undefined) {
    throw new Error(`${context.method.name} was reached by nobody: its pipeline is incomplete`);
  }
  const timeoutMs = Math.min(context.timeoutMs() ?? defaultMs, maxMs);
  return { ...caller, deadlineMs: Date.now() + timeoutMs, signal: context.signal };
}

function forwardMethod(method: DescMethod, transport: GrpcTransport, deadlines: Deadlines) {
  if (isUnary(method)) {
    return async (request: Message, context: HandlerContext) => {
      const call = edgeCall(context, deadlines);
      const headers = identityHeaders(call, call.scopes);
      const response = await transport.unary(method, call.signal, timeoutFor(call), headers, request);
      return response.message;
    };
  }
  if (!isStreaming(method)) {
    throw new Error(`${method.parent.typeName}.${method.name} is of a kind that is not forwarded`);
  }
  const stream = async function* (requests: AsyncIterable<Message>, context: HandlerContext): AsyncGenerator<Message> {
    const call = edgeCall(context, deadlines);
    const headers = identityHeaders(call, call.scopes);
    const response = await transport.stream(method, call.signal, timeoutFor(call), headers, requests);
    yield* response.message;
  };
  switch (method.methodKind) {
    case "bidi_streaming":
      return stream;
    case "server_streaming":
      return (request: Message, context: HandlerContext) => stream(only(request), context);
    case "client_streaming":
      return async (requests: AsyncIterable<Message>, context: HandlerContext) => {
        for await (const response of stream(requests, context)) {
          return response;
        }
        throw new ConnectError(`${method.name} ended without an answer`, Code.Internal);
      };
  }
}

function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === "unary";
}

function isStreaming(method: DescMethod): method is DescMethodStreaming {
  return method.methodKind !== "unary";
}

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}
