/** Implementations in this process as a backend: Connect's gRPC handlers, without a wire between. */

import type { DescService } from "@bufbuild/protobuf";
import {
  type ConnectError,
  type ConnectRouterOptions,
  type ContextValues,
  createConnectRouter,
  type ServiceImpl,
} from "@connectrpc/connect";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { Backend, BackendCall, Relay, RelayListener } from "../grpc/backend.ts";
import { errorOfAbort } from "../grpc/call-fields.ts";
import { enclose } from "../grpc/envelope.ts";
import { fieldsOf } from "../grpc/metadata.ts";
import { callError, errorOfTrailers } from "../grpc/status.ts";
import { formatTimeout } from "../grpc/timeout.ts";
import type { HeaderField } from "../http2/index.ts";
import { createPipedBody } from "./piped-body.ts";

/** A service and what answers it. */
export interface InProcessOptions<Service extends DescService> {
  readonly service: Service;
  readonly implementation: Partial<ServiceImpl<Service>>;
  /** What handlers find in their context, from the metadata that the door gave the call. */
  readonly values?: (metadata: readonly HeaderField[]) => ContextValues;
  readonly router?: ConnectRouterOptions;
}

/** Makes a backend of an implementation. */
export function openInProcess<Service extends DescService>(options: InProcessOptions<Service>): Backend {
  const router = createConnectRouter({ ...options.router, connect: false, grpcWeb: false });
  router.service(options.service, options.implementation);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));

  const answer = (call: BackendCall, body: AsyncIterable<Uint8Array>): Promise<UniversalServerResponse> => {
    const handler = handlers.get(call.path);
    if (handler === undefined) {
      throw new Error(`${call.path} is not served in this process`);
    }
    const header = new Headers([
      ["content-type", "application/grpc+proto"],
      ["te", "trailers"],
    ]);
    for (const [name, value] of call.metadata) {
      if (name !== "grpc-encoding" && name !== "grpc-accept-encoding") {
        header.append(name, value);
      }
    }
    if (call.timeoutMs !== undefined) {
      header.set("grpc-timeout", formatTimeout(call.timeoutMs));
    }
    const contextValues = options.values?.(call.metadata);
    return handler({
      httpVersion: "2",
      method: "POST",
      url: `http://edge${call.path}`,
      header,
      body,
      signal: call.signal,
      ...(contextValues === undefined ? {} : { contextValues }),
    });
  };

  return {
    async unary(call, envelope) {
      const response = await answer(call, only(envelope));
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body ?? []) {
        chunks.push(chunk);
      }
      const { trailer, error } = endOf(response);
      if (error !== undefined) {
        throw error;
      }
      const bytes = Buffer.concat(chunks);
      return {
        header: fieldsOf(response.header ?? new Headers()),
        envelope: bytes.length === 0 ? enclose(bytes) : bytes,
        trailer,
      };
    },
    relay: (call, listener) => relay(call, listener, answer),
    close() {},
  };
}

function relay(
  call: BackendCall,
  listener: RelayListener,
  answer: (call: BackendCall, body: AsyncIterable<Uint8Array>) => Promise<UniversalServerResponse>,
): Relay {
  const requests = createPipedBody({ taken: () => listener.onDrain(), stopped() {} });
  let owed = 0;
  let isOver = false;
  let wake = () => {};
  const end = (trailer: readonly HeaderField[], error: ConnectError | undefined) => {
    if (!isOver) {
      isOver = true;
      requests.fail(new Error("the call is over"));
      wake();
      listener.onEnd(trailer, error);
    }
  };
  const run = async () => {
    const response = await answer(call, requests.body);
    let isHeaderSent = false;
    for await (const chunk of response.body ?? []) {
      if (isOver) {
        return;
      }
      if (!isHeaderSent) {
        isHeaderSent = true;
        listener.onHeader(fieldsOf(response.header ?? new Headers()));
      }
      owed += chunk.length;
      listener.onData(chunk);
      while (owed > 0 && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    const { trailer, error } = endOf(response);
    if (!isHeaderSent && !isOver && error === undefined) {
      listener.onHeader(fieldsOf(response.header ?? new Headers()));
    }
    end(trailer, error);
  };
  call.signal.addEventListener("abort", () => end([], errorOfAbort(call.signal)), { once: true });
  run().catch((error: unknown) => end([], callError(error)));
  return {
    write: (chunk) => requests.push(chunk),
    end: () => requests.end(),
    consume(bytes) {
      owed -= bytes;
      wake();
    },
  };
}

/** How an answer that was read to its end ended. */
function endOf({ header, trailer }: UniversalServerResponse) {
  const fields = fieldsOf(trailer ?? new Headers());
  const told = fields.some(([name]) => name === "grpc-status") ? fields : fieldsOf(header ?? new Headers());
  return { trailer: fields, error: errorOfTrailers(told) };
}

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}
