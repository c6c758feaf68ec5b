/** A small server of ours for tests: answers each request with its body, or with what `x-answer` asks for. */

import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import {
  type Http2Connection,
  type Http2Stream,
  type ServerOptions,
  type StreamListener,
  serveHttp2,
} from "../index.ts";

export interface EchoServer extends AsyncDisposable {
  readonly port: number;
  /** One a socket, in the order they came. */
  readonly connections: Http2Connection[];
}

/** Sends back what comes; trailers come back as they are. */
export function echo(stream: Http2Stream, endStream: boolean): StreamListener {
  stream.sendHeaders(
    [
      [":status", "200"],
      ["content-type", "text/plain"],
    ],
    endStream,
  );
  let waiting = 0;
  return {
    onHeaders: () => undefined,
    onData(chunk, isLast) {
      if (stream.sendData(chunk, isLast)) stream.consume(chunk.length);
      else waiting += chunk.length;
    },
    onTrailers: (headers) => stream.sendHeaders(headers, true),
    onReset: () => undefined,
    onDrain() {
      stream.consume(waiting);
      waiting = 0;
    },
  };
}

export async function startEchoServer(options: ServerOptions = {}): Promise<EchoServer> {
  const connections: Http2Connection[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    connections.push(serveHttp2(socket, options, (stream, _headers, endStream) => echo(stream, endStream)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
