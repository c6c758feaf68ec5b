/** Connect, and the JSON codecs of gRPC and gRPC-Web: by Connect's own handlers, which decode and encode. */

import type { DescMethod, DescService, Message, Registry } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
  type ServiceImpl,
} from "@connectrpc/connect";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import { headersOf, isMetadata } from "../grpc/metadata.ts";
import { callError, headerBefore } from "../grpc/status.ts";
import type { Passage } from "./door.ts";
import { exactJson } from "./exact-json.ts";
import type { GrpcOptions } from "./grpc-call.ts";
import type { HttpRequest, HttpResponse } from "./http-handler.ts";
import { callMessageStream, callUnaryMessage } from "./message-calls.ts";
import { type EdgeMethod, type EdgeService, pathOf } from "./methods.ts";

/** The call as the door let it through. */
interface Opened {
  readonly passage: Passage;
  /** Ends it, once; gives what the caller hears. */
  readonly over: (error: ConnectError | undefined) => ConnectError | undefined;
}

const openedKey = createContextKey<Opened | undefined>(undefined, { description: "opened" });

/** Answers by Connect's handlers; undefined for a path that none of the services has. */
export type ConnectHandler = (request: HttpRequest) => Promise<HttpResponse> | undefined;

/** Makes the handlers of all services. */
export function createConnectHandler(
  services: readonly EdgeService[],
  methods: ReadonlyMap<string, EdgeMethod>,
  options: GrpcOptions,
  registry: Registry,
): ConnectHandler {
  const router = createConnectRouter({
    acceptCompression: [compressionGzip, compressionBrotli],
    readMaxBytes: options.limits.maxMessageBytes,
    jsonOptions: { ignoreUnknownFields: true, registry },
    requestGate: (context) => open(context, methods, options),
  });
  for (const { service } of services) {
    router.service(service, forwarding(service, methods, options));
  }
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return (request) => {
    const [path = ""] = request.url.split("?", 1);
    const handler = handlers.get(path);
    if (handler === undefined) {
      return undefined;
    }
    const { httpVersion = "2", method, signal } = request;
    const header = new Headers([...request.header]);
    const body = bodyOf(request, options.limits.maxMessageBytes);
    const contextValues = createContextValues();
    const answer = async (): Promise<HttpResponse> => {
      const url = new URL(request.url, "http://edge").href;
      // A request that cannot be read never reaches its implementation: its place is given back here.
      const over = () => void contextValues.get(openedKey)?.over(undefined);
      signal.addEventListener("abort", over, { once: true });
      const response = await handler({ httpVersion, method, url, header, signal, body, contextValues });
      const { header: answered = new Headers(), body: chunks } = response;
      if (chunks === undefined) {
        over();
        return { ...response, header: answered, body: undefined };
      }
      return { ...response, header: answered, body: endingWith(chunks, over) };
    };
    return answer();
  };
}

async function open(context: HandlerContext, methods: ReadonlyMap<string, EdgeMethod>, options: GrpcOptions) {
  const method = require(context, methods);
  const release = await options.enter(method);
  try {
    const passage = await method.door({
      method: method.desc,
      protocol: context.protocolName === "grpc" ? "grpc" : context.protocolName === "grpc-web" ? "grpc-web" : "connect",
      header: context.requestHeader,
      metadata: () => [...context.requestHeader].filter(([name]) => isMetadata(name)),
      timeoutMs: context.timeoutMs(),
    });
    let isOver = false;
    context.values.set(openedKey, {
      passage,
      over(error) {
        if (isOver) {
          return error;
        }
        isOver = true;
        release();
        return passage.over(error);
      },
    });
  } catch (error) {
    release();
    throw error;
  }
}

function require(context: HandlerContext, methods: ReadonlyMap<string, EdgeMethod>): EdgeMethod {
  const method = methods.get(pathOf(context.method));
  if (method === undefined) {
    throw new Error(`${context.method.name} is served by nothing`);
  }
  return method;
}

function forwarding(
  service: DescService,
  methods: ReadonlyMap<string, EdgeMethod>,
  options: GrpcOptions,
): ServiceImpl<DescService> {
  const entries = service.methods.map((desc) => {
    const method = methods.get(pathOf(desc));
    if (method === undefined) {
      throw new Error(`${desc.name} is served by nothing`);
    }
    return [desc.localName, forward(desc, method, options)];
  });
  // Made from the service's own descriptor, so each method has the shape that its kind asks for.
  return Object.fromEntries(entries) as ServiceImpl<DescService>;
}

function forward(desc: DescMethod, method: EdgeMethod, options: GrpcOptions) {
  switch (desc.methodKind) {
    case "unary":
      return async (request: Message, context: HandlerContext) => {
        const { passage, over } = openedOf(context);
        try {
          const answer = await callUnaryMessage(method, passage, context.signal, request);
          passBack(answer.header, context.responseHeader, options);
          passBack(answer.trailer, context.responseTrailer, options);
          over(undefined);
          return answer.message;
        } catch (error) {
          const failure = callError(error);
          passBack(headersOf(headerBefore(failure) ?? []), context.responseHeader, options);
          throw passable(over(failure), options);
        }
      };
    case "server_streaming":
      return (request: Message, context: HandlerContext) => streamed(only(request), context);
    case "bidi_streaming":
      return streamed;
    case "client_streaming":
      return async (requests: AsyncIterable<Message>, context: HandlerContext) => {
        let answer: Message | undefined;
        for await (const response of streamed(requests, context)) {
          answer ??= response;
        }
        if (answer === undefined) {
          throw new ConnectError("the backend answered without a message", Code.Internal);
        }
        return answer;
      };
  }

  async function* streamed(requests: AsyncIterable<Message>, context: HandlerContext): AsyncGenerator<Message> {
    const { passage, over } = openedOf(context);
    let failure: ConnectError | undefined;
    let trailer = new Headers();
    try {
      yield* callMessageStream(method, passage, context.signal, requests, options.limits.maxMessageBytes, {
        onHeader: (header) => passBack(header, context.responseHeader, options),
        onTrailer: (trailers) => {
          trailer = trailers;
        },
      });
      passBack(trailer, context.responseTrailer, options);
    } catch (error) {
      failure = callError(error);
    } finally {
      failure = over(failure);
    }
    if (failure !== undefined) {
      throw passable(failure, options);
    }
  }
}

function openedOf(context: HandlerContext): Opened {
  const opened = context.values.get(openedKey);
  if (opened === undefined) {
    throw new Error(`${context.method.name} was reached past the door`);
  }
  return opened;
}

/** A body in plain JSON is looked at for integers that would be rounded. */
function bodyOf({ header, body = nothing() }: HttpRequest, maxBytes: number): AsyncIterable<Uint8Array> {
  const isJson = /^application\/json\b/.test(header.get("content-type") ?? "");
  return isJson && header.get("content-encoding") === null ? exactJson(body, maxBytes) : body;
}

async function* endingWith(chunks: AsyncIterable<Uint8Array>, over: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } finally {
    over();
  }
}

/** An error with as much of its metadata as goes to callers. */
function passable(error: ConnectError | undefined, options: GrpcOptions): ConnectError {
  const heard = error ?? new ConnectError("internal error", Code.Internal);
  const metadata = new Headers();
  passBack(heard.metadata, metadata, options);
  const passed = new ConnectError(heard.rawMessage, heard.code, metadata, undefined, heard.cause);
  passed.details = heard.details;
  return passed;
}

function passBack(from: Headers, to: Headers, { passesBack }: GrpcOptions): void {
  for (const [name, value] of from) {
    if (isMetadata(name) && passesBack(name)) {
      to.append(name, value);
    }
  }
}

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
