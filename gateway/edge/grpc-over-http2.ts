/** gRPC on a stream of HTTP/2: the carrier that most calls come by. */
import { Code, ConnectError } from "@connectrpc/connect";
import { fieldOf } from "../grpc/metadata.ts";
import { parseTimeoutMs } from "../grpc/timeout.ts";
import type { HeaderField, Http2Stream, StreamListener } from "../http2/index.ts";
import { type CallSink, type GrpcCall, type GrpcOptions, refuse, startGrpcCall } from "./grpc-call.ts";
import type { EdgeMethod } from "./methods.ts";

const CONTENT_TYPE = /^application\/grpc(?:\+proto)?(?:$|;)/;
const ANSWER: readonly HeaderField[] = [
  [":status", "200"],
  ["content-type", "application/grpc"],
];

/** Whether a request is gRPC in the binary codec. */
export function isGrpc(contentType: string): boolean {
  return CONTENT_TYPE.test(contentType);
}

/** Answers a call on its stream. */
export function serveGrpc(
  stream: Http2Stream,
  fields: readonly HeaderField[],
  endStream: boolean,
  methods: ReadonlyMap<string, EdgeMethod>,
  options: GrpcOptions,
): StreamListener {
  let isHeaderSent = false;
  const sink: CallSink = {
    header(answered) {
      isHeaderSent = true;
      stream.sendHeaders(answered.length === 0 ? ANSWER : [...ANSWER, ...answered], false);
    },
    data: (chunk) => stream.sendData(chunk, false),
    end: (trailers) => stream.sendHeaders(isHeaderSent ? trailers : [...ANSWER, ...trailers], true),
    consume: (bytes) => stream.consume(bytes),
  };
  const call = start(sink, fields, methods, options);
  if (call === undefined) {
    return DEAF;
  }
  if (endStream) {
    call.end();
  }
  return {
    onHeaders() {},
    onData(chunk, isLast) {
      call.data(chunk);
      if (isLast) {
        call.end();
      }
    },
    onTrailers: () => call.end(),
    onReset: () => call.leave(),
    onDrain: () => call.drained(),
  };
}

const DEAF: StreamListener = { onHeaders() {}, onData() {}, onTrailers() {}, onReset() {}, onDrain() {} };

function start(
  sink: CallSink,
  fields: readonly HeaderField[],
  methods: ReadonlyMap<string, EdgeMethod>,
  options: GrpcOptions,
): GrpcCall | undefined {
  const path = fieldOf(fields, ":path") ?? "";
  const method = methods.get(path);
  if (method === undefined) {
    refuse(sink, new ConnectError("no such method is served here", Code.Unimplemented));
    return undefined;
  }
  const timeout = fieldOf(fields, "grpc-timeout");
  const timeoutMs = timeout === undefined ? undefined : parseTimeoutMs(timeout);
  if (timeout !== undefined && timeoutMs === undefined) {
    refuse(sink, new ConnectError("grpc-timeout is malformed", Code.InvalidArgument));
    return undefined;
  }
  return startGrpcCall({ method, protocol: "grpc", fields, timeoutMs, sink, options });
}
