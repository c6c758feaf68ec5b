import type { HeaderField, Http2Stream, StreamListener } from "../index.ts";

/** Answers a request with its body, at the pace at which that is taken, and its trailers. */
export function echo(stream: Http2Stream, _headers: readonly HeaderField[], endStream: boolean): StreamListener {
  stream.sendHeaders(
    [
      [":status", "200"],
      ["content-type", "text/plain"],
    ],
    endStream,
  );
  let unconsumed = 0;
  return {
    onHeaders: () => undefined,
    onData(chunk, isLast) {
      unconsumed += chunk.length;
      if (!stream.sendData(chunk, isLast)) return;
      stream.consume(unconsumed);
      unconsumed = 0;
    },
    onTrailers: (headers) => stream.sendHeaders(headers, true),
    onReset: () => undefined,
    onDrain() {
      stream.consume(unconsumed);
      unconsumed = 0;
    },
  };
}

/** Answers whole requests, a moment after they came: what concurrency is about. */
export function answerLater(stream: Http2Stream, _headers: readonly HeaderField[], endStream: boolean): StreamListener {
  const answer = () => {
    stream.sendHeaders([[":status", "200"]], false);
    stream.sendData(Buffer.alloc(64, "done"), true);
  };
  if (endStream) setTimeout(answer, 50);
  return {
    onHeaders: () => undefined,
    onData(chunk, isLast) {
      stream.consume(chunk.length);
      if (isLast) setTimeout(answer, 50);
    },
    onTrailers: () => setTimeout(answer, 50),
    onReset: () => undefined,
    onDrain: () => undefined,
  };
}
