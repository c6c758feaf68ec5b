/** Answers calls of grpc-js by Connect implementations: deadline, caller's leave, interceptors, errors with details. */
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { type DescMessage, type DescMethod, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createContextValues,
  createHandlerContext,
  type HandlerContext,
  type Interceptor,
  type MethodImplSpec,
} from "@connectrpc/connect";
import { invokeUnaryImplementation, transformInvokeImplementation } from "@connectrpc/connect/protocol";
import {
  type handleBidiStreamingCall,
  type handleUnaryCall,
  Metadata,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type StatusObject,
} from "@grpc/grpc-js";
import { meshError } from "../errors/mesh-errors.ts";
import { statusToBinary } from "../errors/status.ts";
import { peerKey } from "./call.ts";
import { mapMessages } from "./map-messages.ts";
import { headersFromMetadata, metadataFromHeaders } from "./metadata.ts";
import { spiffePeer } from "./tls.ts";

/** Why a call's signal aborts once it was answered; made once, since making an error is not cheap. */
export const ANSWERED = new Error("the call was answered");

/** Answers a unary method. */
export function unaryHandler(spec: MethodImplSpec, interceptors: Interceptor[]): handleUnaryCall<Buffer, Buffer> {
  return (call, callback) => {
    const context = contextOf(call, spec.method);
    const answer = async () => {
      requireDeadline(context);
      const input = decode(spec.method.input, call.request);
      // The pipeline is typed by method; the spec pairs each method with its own implementation.
      const output = await invokeUnaryImplementation(
        spec as MethodImplSpec & { kind: "unary" },
        context,
        input,
        interceptors,
      );
      return Buffer.from(toBinary(spec.method.output, output));
    };
    answer().then(
      (bytes) => {
        callback(null, bytes, metadataFromHeaders(context.responseTrailer));
        context.abort(ANSWERED);
      },
      (error: unknown) => {
        callback(statusOf(error, context.responseTrailer));
        context.abort(error);
      },
    );
  };
}

/** Answers a method of any kind of stream: to grpc-js they are all streams both ways. */
export function streamHandler(
  spec: MethodImplSpec,
  interceptors: Interceptor[],
): handleBidiStreamingCall<Buffer, Buffer> {
  return (call) => {
    const context = contextOf(call, spec.method);
    const { input, output } = spec.method;
    const invoke = transformInvokeImplementation(spec, context, interceptors);
    const pump = async () => {
      requireDeadline(context);
      // Not with the first message: a caller learns at once that it is answered, however long that message takes.
      call.sendMetadata(new Metadata());
      for await (const message of invoke(mapMessages(requestsOf(call), (bytes) => decode(input, bytes)))) {
        if (!call.write(Buffer.from(toBinary(output, message)))) {
          await once(call, "drain", { signal: context.signal });
        }
      }
    };
    pump().then(
      () => {
        call.end(metadataFromHeaders(context.responseTrailer));
        context.abort(ANSWERED);
      },
      (error: unknown) => {
        // Emitted, not destroyed with: what was written before it goes out first.
        call.emit("error", Object.assign(new Error("call failed"), statusOf(error, context.responseTrailer)));
        context.abort(error);
      },
    );
  };
}

async function* requestsOf(call: ServerDuplexStream<Buffer, Buffer>): AsyncGenerator<Buffer> {
  // A handler that stops reading may go on writing, so the end of its loop is not the end of the call.
  yield* call.iterator({ destroyOnReturn: false });
  // A caller who resets the stream looks like one who has sent all, until grpc-js has seen the stream close.
  await setImmediate();
  if (call.cancelled) {
    throw callerLeft();
  }
}

function callerLeft(): ConnectError {
  return new ConnectError("the caller left", Code.Canceled);
}

function contextOf(call: ServerUnaryCall<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>, method: DescMethod) {
  const left = new AbortController();
  call.on("cancelled", () => left.abort(callerLeft()));
  const deadline = call.getDeadline();
  const deadlineMs = typeof deadline === "number" ? deadline : deadline.getTime();
  const values = createContextValues();
  values.set(peerKey, spiffePeer(call.getAuthContext()?.sslPeerCertificate));
  return createHandlerContext({
    service: method.parent,
    method,
    protocolName: "grpc",
    requestMethod: "POST",
    url: `http://mesh${call.getPath()}`,
    ...(Number.isFinite(deadlineMs) ? { timeoutMs: Math.max(0, deadlineMs - Date.now()) } : {}),
    requestSignal: left.signal,
    requestHeader: headersFromMetadata(call.metadata),
    contextValues: values,
  });
}

function requireDeadline(context: HandlerContext): void {
  if (context.timeoutMs() === undefined) {
    throw meshError("DEADLINE_MISSING");
  }
}

function decode<Desc extends DescMessage>(desc: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(desc, bytes);
  } catch (error) {
    throw new ConnectError(
      `the request is not a valid ${desc.typeName}`,
      Code.InvalidArgument,
      undefined,
      undefined,
      error,
    );
  }
}

/** What the pipeline threw is a ConnectError; anything else would be a defect of the pipeline. */
function statusOf(error: unknown, trailer: Headers): Partial<StatusObject> {
  const known = ConnectError.from(error, Code.Internal);
  const metadata = metadataFromHeaders(trailer);
  metadata.set("grpc-status-details-bin", Buffer.from(statusToBinary(known)));
  return { code: known.code as number, details: known.rawMessage, metadata };
}
