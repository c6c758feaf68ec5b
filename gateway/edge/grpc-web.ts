/** gRPC-Web in the binary codec, as bytes or in base64, over HTTP/1.1 and HTTP/2 (gRPC, PROTOCOL-WEB). */
import { Code, ConnectError } from "@connectrpc/connect";
import { enclose, TRAILER_FLAG } from "../grpc/envelope.ts";
import { parseTimeoutMs } from "../grpc/timeout.ts";
import type { HeaderField } from "../http2/index.ts";
import { type CallSink, type GrpcCall, type GrpcOptions, refuse, startGrpcCall } from "./grpc-call.ts";
import type { HttpRequest, HttpResponse } from "./http-handler.ts";
import type { EdgeMethod } from "./methods.ts";
import { createPipedBody } from "./piped-body.ts";

const CONTENT_TYPE = /^application\/grpc-web(-text)?(?:\+proto)?(?:$|;)/;

/** Whether a request is gRPC-Web in the binary codec. */
export function isGrpcWeb(contentType: string): boolean {
  return CONTENT_TYPE.test(contentType);
}

/** Answers a call. */
export function answerGrpcWeb(
  request: HttpRequest,
  method: EdgeMethod | undefined,
  options: GrpcOptions,
): Promise<HttpResponse> {
  const contentType = request.header.get("content-type") ?? "";
  const isText = CONTENT_TYPE.exec(contentType)?.[1] !== undefined;
  const { promise, resolve } = Promise.withResolvers<HttpResponse>();
  const wanted = createCredit();
  let call: GrpcCall | undefined;
  const pipe = createPipedBody({ taken: () => call?.drained(), stopped: () => call?.leave() });
  const write = (bytes: Uint8Array) => pipe.push(isText ? Buffer.from(Buffer.from(bytes).toString("base64")) : bytes);
  let isHeaderSent = false;
  const sink: CallSink = {
    header(fields) {
      isHeaderSent = true;
      resolve({ status: 200, header: new Headers([["content-type", contentType], ...own(fields)]), body: pipe.body });
    },
    data: write,
    end(trailers) {
      if (!isHeaderSent) {
        sink.header([]);
      }
      write(
        enclose(Buffer.from(trailers.map(([name, value]) => `${name}: ${value}\r\n`).join(""), "latin1"), TRAILER_FLAG),
      );
      pipe.end();
      wanted.close();
    },
    consume: wanted.give,
  };
  const timeout = request.header.get("grpc-timeout");
  const timeoutMs = timeout === null ? undefined : parseTimeoutMs(timeout);
  if (method === undefined || (timeout !== null && timeoutMs === undefined)) {
    refuse(
      sink,
      method === undefined
        ? new ConnectError("no such method is served here", Code.Unimplemented)
        : new ConnectError("grpc-timeout is malformed", Code.InvalidArgument),
    );
    return promise;
  }
  const started = startGrpcCall({
    method,
    protocol: "grpc-web",
    fields: [...request.header],
    timeoutMs,
    sink,
    options,
  });
  call = started;
  request.signal.addEventListener("abort", () => started.leave(), { once: true });
  const feed = async () => {
    for await (const chunk of isText ? fromBase64(request.body ?? []) : (request.body ?? [])) {
      started.data(chunk);
      await wanted.take(chunk.length);
    }
    started.end();
  };
  feed().catch(() => started.leave());
  return promise;
}

function own(fields: readonly HeaderField[]): [string, string][] {
  return fields.map(([name, value]) => [name, value]);
}

/** Lets the reading of a body go on only as what was read is taken. */
function createCredit() {
  let owed = 0;
  let isClosed = false;
  let wake = () => {};
  return {
    give(bytes: number) {
      owed -= bytes;
      wake();
    },
    close() {
      isClosed = true;
      wake();
    },
    async take(bytes: number) {
      owed += bytes;
      while (owed > 0 && !isClosed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** Base64 in pieces cut anywhere; each message may end with padding of its own (PROTOCOL-WEB). */
async function* fromBase64(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = "";
  for await (const chunk of body) {
    rest += Buffer.from(chunk).toString("latin1");
    const whole = rest.slice(0, rest.length - (rest.length % 4));
    rest = rest.slice(whole.length);
    const groups = whole.split(/(?<==)(?!=)/);
    const bytes = Buffer.concat(groups.map((group) => Buffer.from(group, "base64")));
    if (bytes.length > 0) {
      yield bytes;
    }
  }
  if (rest !== "") {
    throw new Error("the body is no base64");
  }
}
