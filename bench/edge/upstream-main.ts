/**
 * The echo behind everything that is measured, as a process: the thin server. It answers an RPC with the message it was
 * sent, and one whose name begins with "Stream" with that message once a second until the caller leaves.
 */
import { createServer } from "node:net";
import { fieldOf } from "../../gateway/grpc/metadata.ts";
import { type HeaderField, type Http2Stream, serveHttp2 } from "../../gateway/http2/index.ts";

const ANSWER: readonly HeaderField[] = [
  [":status", "200"],
  ["content-type", "application/grpc"],
];
const OK: readonly HeaderField[] = [["grpc-status", "0"]];
const STREAM_MS = 1_000;

const server = createServer({ noDelay: true }, (socket) => {
  serveHttp2(socket, { limits: { maxConcurrentStreams: 10_000 } }, (stream, headers) => {
    const chunks: Buffer[] = [];
    const isStream = /\/Stream\w*$/.test(fieldOf(headers, ":path") ?? "");
    let ticking: NodeJS.Timeout | undefined;
    return {
      onHeaders() {},
      onData(chunk, isLast) {
        stream.consume(chunk.length);
        chunks.push(chunk);
        if (isLast) {
          const [only = Buffer.alloc(0)] = chunks;
          const message = chunks.length === 1 ? only : Buffer.concat(chunks);
          ticking = isStream ? repeat(stream, message) : answer(stream, message);
        }
      },
      onTrailers() {},
      onReset: () => clearInterval(ticking),
      onDrain() {},
    };
  });
});
server.listen(0, "127.0.0.1", () => {
  const bound = server.address();
  process.send?.({ listen: `127.0.0.1:${typeof bound === "object" ? bound?.port : ""}` });
});
process.on("disconnect", () => process.exit(0));

function answer(stream: Http2Stream, message: Buffer): undefined {
  stream.sendHeaders(ANSWER, false);
  stream.sendData(message, false);
  stream.sendHeaders(OK, true);
}

function repeat(stream: Http2Stream, message: Buffer): NodeJS.Timeout {
  stream.sendHeaders(ANSWER, false);
  stream.sendData(message, false);
  return setInterval(() => stream.sendData(message, false), STREAM_MS);
}
