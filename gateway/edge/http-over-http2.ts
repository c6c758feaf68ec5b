/** Any other HTTP on a stream of HTTP/2: REST, Connect, gRPC-Web and pages. */
import { readerOf } from "../grpc/metadata.ts";
import type { HeaderField, Http2Stream, StreamListener } from "../http2/index.ts";
import type { HttpHandler, HttpResponse } from "./http-handler.ts";
import { createPipedBody } from "./piped-body.ts";

/** A request that is not over and of which nothing comes for so long is given up, in milliseconds. */
const SILENCE_MS = 60_000;
const CANCEL = 8;
const NO_ERROR = 0;
const INTERNAL_ERROR = 2;

/** Answers a request on its stream. */
export function serveHttp(
  stream: Http2Stream,
  fields: readonly HeaderField[],
  endStream: boolean,
  handler: HttpHandler,
): StreamListener {
  const abort = new AbortController();
  const pipe = createPipedBody({ taken: (bytes) => stream.consume(bytes), stopped() {} });
  const silence = endStream ? undefined : setTimeout(() => giveUp(), SILENCE_MS);
  let isRequestOver = endStream;
  let drained = () => {};
  let method = "GET";
  let url = "/";
  for (const [name, value] of fields) {
    if (name === ":method") {
      method = value;
    } else if (name === ":path") {
      url = value;
    }
  }
  const answer = async () => {
    const request = { httpVersion: "2", method, url, header: readerOf(fields), signal: abort.signal } as const;
    await send(await handler(endStream ? request : { ...request, body: pipe.body }));
  };
  const send = async ({ status, header, body, trailer }: HttpResponse) => {
    if (abort.signal.aborted) {
      await (body instanceof Uint8Array ? undefined : body?.[Symbol.asyncIterator]().return?.());
      return;
    }
    const room = () =>
      new Promise<void>((resolve) => {
        drained = resolve;
      });
    const hasEnded = body === undefined && trailer === undefined;
    stream.sendHeaders([[":status", String(status)], ...header], hasEnded);
    let isTaken = true;
    if (body instanceof Uint8Array) {
      isTaken = stream.sendData(body, trailer === undefined);
    } else if (body !== undefined) {
      for await (const chunk of body) {
        if (abort.signal.aborted) {
          return;
        }
        if (!stream.sendData(chunk, false)) {
          await room();
        }
      }
    }
    // Trailers are complete only after the body.
    const trailers = trailer === undefined ? [] : [...trailer];
    if (trailers.length > 0) {
      stream.sendHeaders(trailers, true);
    } else if (trailer !== undefined || (body !== undefined && !(body instanceof Uint8Array))) {
      isTaken = stream.sendData(new Uint8Array(), true);
    }
    if (!isRequestOver) {
      if (!isTaken) {
        await room();
      }
      // RFC 9113, 8.1: the answer is whole, the rest of the request is not wanted.
      stream.reset(NO_ERROR);
    }
  };
  const leave = (why: Error) => {
    clearTimeout(silence);
    abort.abort(why);
    pipe.fail(why);
    drained();
  };
  const giveUp = () => {
    stream.reset(CANCEL);
    leave(new Error("the rest of the request did not come"));
  };
  answer().catch(() => {
    // Handlers answer every error themselves; what is left is a body that broke off, which the client must see.
    stream.reset(INTERNAL_ERROR);
  });
  return {
    onHeaders() {},
    onData(chunk, isLast) {
      silence?.refresh();
      pipe.push(chunk);
      if (isLast) {
        isRequestOver = true;
        clearTimeout(silence);
        pipe.end();
      }
    },
    onTrailers() {
      isRequestOver = true;
      clearTimeout(silence);
      pipe.end();
    },
    onReset() {
      leave(new Error("the client closed the stream"));
    },
    onDrain: () => drained(),
  };
}
