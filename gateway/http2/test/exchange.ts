import type { HeaderField, Http2Connection, Http2Stream, StreamListener, StreamReset } from "../index.ts";

export const post: HeaderField[] = [
  [":method", "POST"],
  [":scheme", "http"],
  [":authority", "test"],
  [":path", "/"],
];

export interface Answer {
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
  readonly trailers: readonly HeaderField[] | undefined;
}

/** The reset of a stream, as an error. */
export class ResetError extends Error {
  readonly reset: StreamReset;
  constructor(reset: StreamReset) {
    super(reset.message);
    this.reset = reset;
  }
}

/** Opens a stream and sends a whole request; the answer, all of it. Rejects with ResetError. */
export function exchange(
  connection: Http2Connection,
  body: Uint8Array = Buffer.alloc(0),
  trailers?: readonly HeaderField[],
  headers: readonly HeaderField[] = post,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let stream: Http2Stream | undefined;
  let answerHeaders: readonly HeaderField[] = [];
  const chunks: Buffer[] = [];
  const done = (last?: readonly HeaderField[]) =>
    resolve({ headers: answerHeaders, body: Buffer.concat(chunks), trailers: last });
  const listener: StreamListener = {
    onHeaders(received, endStream) {
      answerHeaders = received;
      if (endStream) done();
    },
    onData(chunk, endStream) {
      chunks.push(chunk);
      stream?.consume(chunk.length);
      if (endStream) done();
    },
    onTrailers: done,
    onReset: (reset) => reject(new ResetError(reset)),
    onDrain: () => undefined,
  };
  stream = connection.open(headers, body.length === 0 && trailers === undefined, listener);
  if (stream === undefined) throw new Error("no stream may be opened");
  if (body.length > 0) stream.sendData(body, trailers === undefined);
  if (trailers !== undefined) stream.sendHeaders(trailers, true);
  return promise;
}

/** Hears nothing. */
export const indifferent: StreamListener = {
  onHeaders: () => undefined,
  onData: () => undefined,
  onTrailers: () => undefined,
  onReset: () => undefined,
  onDrain: () => undefined,
};
