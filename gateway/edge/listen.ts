/** One port for HTTP/1.1 and HTTP/2: by ALPN under TLS, in cleartext by the first bytes. */
import { createServer as createHttp1, type Server as Http1Server, type RequestListener } from "node:http";
import { createServer as createTcp, type Server, type Socket } from "node:net";
import { createServer as createTls, type TLSSocket } from "node:tls";
import type { HeaderField, Http2Connection, Http2Stream, StreamListener } from "../http2/index.ts";
import { serveHttp2 } from "../http2/index.ts";
import { BAD_REQUEST, HEADERS_TOO_LARGE, refusalJson } from "./plain-refusal.ts";

/** Answers what comes by either version. */
export interface PortHandlers {
  readonly http1: RequestListener;
  readonly http2: (stream: Http2Stream, fields: readonly HeaderField[], endStream: boolean) => StreamListener;
}

/** Where, and within which bounds. */
export interface ListenOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Certificate and key, PEM; undefined for cleartext. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  readonly limits: PortLimits;
  /** Hears of exceptions in handlers, which are defects; their streams are reset. */
  readonly onDefect: (error: unknown) => void;
}

/** What one connection may do. */
export interface PortLimits {
  readonly maxHeaderBytes: number;
  /** HTTP/2 streams at once on one connection. */
  readonly maxStreamsPerConnection: number;
  readonly maxConnections: number;
  /** A connection that says nothing for this long is closed, in milliseconds; so is a request whose headers take longer. */
  readonly headersMs: number;
  /** Longest time for a request to come in over HTTP/1.1, in milliseconds. */
  readonly requestMs: number;
  /** A connection without requests is closed after this long, in milliseconds; so is one that reads nothing of its answer. */
  readonly idleMs: number;
}

/** A port that is open. */
export interface Listener {
  readonly port: number;
  /** Takes no new connections, lets requests under way finish, and cuts them after `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

/** How an HTTP/2 connection begins (RFC 9113, 3.4); three bytes tell it from every HTTP/1.1 method. */
const HTTP2_PREFACE = "PRI";
const SLOW_CHECK_MS = 2_000;
const DRAIN_CHECK_MS = 50;

/** Opens the port. */
export async function listen(options: ListenOptions, handlers: PortHandlers): Promise<Listener> {
  const { limits, tls } = options;
  const sockets = new Set<Socket>();
  const connections = new Set<Http2Connection>();
  const http1 = createHttp1Server(handlers.http1, limits);
  const http2 = (socket: Socket) => {
    const connection = serveHttp2(
      socket,
      {
        limits: {
          maxConcurrentStreams: limits.maxStreamsPerConnection,
          maxHeaderListBytes: limits.maxHeaderBytes,
          handshakeMs: limits.headersMs,
          idleMs: limits.idleMs,
          stallMs: limits.idleMs,
        },
        onHeadersTooLarge,
        onClose: () => connections.delete(connection),
        onError: options.onDefect,
      },
      handlers.http2,
    );
    connections.add(connection);
  };
  const server =
    tls === undefined
      ? createTcp({ noDelay: true }, (socket) => byPreface(socket, limits, http1, http2))
      : createTls(
          { ...tls, minVersion: "TLSv1.2", ALPNProtocols: ["h2", "http/1.1"], handshakeTimeout: limits.headersMs },
          (socket: TLSSocket) => {
            socket.setNoDelay(true);
            socket.alpnProtocol === "h2" ? http2(socket) : http1.emit("connection", socket);
          },
        );
  server.maxConnections = limits.maxConnections;
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  // A peer that breaks off its handshake, or speaks no TLS, is no event of this program.
  server.on("tlsClientError", (_error, socket: Socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: boundPort(server, options.port),
    async drain(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      http1.close();
      http1.closeIdleConnections();
      for (const connection of connections) {
        connection.close();
      }
      // A connection kept alive is closed once its last answer is out.
      const closing = setInterval(() => http1.closeIdleConnections(), DRAIN_CHECK_MS);
      const cut = setTimeout(() => {
        for (const socket of sockets) {
          socket.destroy();
        }
      }, graceMs);
      await closed;
      clearTimeout(cut);
      clearInterval(closing);
    },
  };
}

function onHeadersTooLarge(stream: Http2Stream): StreamListener {
  stream.sendHeaders(
    [
      [":status", String(HEADERS_TOO_LARGE.status)],
      ["content-type", "application/json"],
    ],
    false,
  );
  stream.sendData(refusalJson(HEADERS_TOO_LARGE), true);
  return {
    onHeaders() {},
    onData: (chunk) => stream.consume(chunk.length),
    onTrailers() {},
    onReset() {},
    onDrain() {},
  };
}

function boundPort(server: Server, asked: number): number {
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : asked;
}

function createHttp1Server(handler: RequestListener, limits: PortLimits): Http1Server {
  const http1 = createHttp1(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: SLOW_CHECK_MS,
      maxHeaderSize: limits.maxHeaderBytes,
    },
    handler,
  );
  // A socket without life is cut if an answer is stuck in it: whoever reads nothing for so long has left.
  http1.setTimeout(limits.idleMs, (socket) => {
    if (socket.writableLength > 0) {
      socket.destroy();
    }
  });
  http1.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") {
      socket.destroy();
      return;
    }
    const refusal = error.code === "HPE_HEADER_OVERFLOW" ? HEADERS_TOO_LARGE : BAD_REQUEST;
    const body = refusalJson(refusal);
    socket.end(
      `HTTP/1.1 ${refusal.status} ${refusal.phrase}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
  // Handed its connections, the server does not listen itself; its clock for slow headers starts with this event.
  http1.emit("listening");
  return http1;
}

function byPreface(socket: Socket, limits: PortLimits, http1: Http1Server, http2: (socket: Socket) => void): void {
  socket.setTimeout(limits.headersMs, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  readPreface(socket, (isHttp2) => {
    socket.setTimeout(0);
    socket.removeAllListeners("timeout");
    isHttp2 ? http2(socket) : http1.emit("connection", socket);
  });
}

/** Reads as many bytes as tell the protocol, and puts them back. */
function readPreface(socket: Socket, decided: (isHttp2: boolean) => void): void {
  let read = Buffer.alloc(0);
  const look = () => {
    const chunk: Buffer | null = socket.read();
    read = chunk === null ? read : Buffer.concat([read, chunk]);
    const start = read.toString("latin1", 0, HTTP2_PREFACE.length);
    if (start.length < HTTP2_PREFACE.length && HTTP2_PREFACE.startsWith(start)) {
      return;
    }
    socket.off("readable", look);
    socket.unshift(read);
    decided(start === HTTP2_PREFACE);
  };
  socket.on("readable", look);
}
