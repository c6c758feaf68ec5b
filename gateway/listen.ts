/** One port for HTTP/1.1 and HTTP/2: by ALPN under TLS, in cleartext by the first bytes. */
import { readFileSync } from "node:fs";
import { createServer as createHttp1, type RequestListener } from "node:http";
import { createServer as createHttp2, createSecureServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import { createServer, type Server, type Socket } from "node:net";
import type { connectNodeAdapter } from "@connectrpc/connect-node";
import type { HostPort } from "#platform/config/settings.ts";

/** Answers requests of either protocol. */
export type EdgeHandler = ReturnType<typeof connectNodeAdapter>;

/** A port that is open. */
export interface Listener {
  readonly port: number;
  /** Takes no new connections, lets requests under way finish, and cuts them after `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

/** The edge's certificate and key, PEM. */
export interface PublicTls {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A connection that says nothing for this long is closed, in milliseconds; so is a request whose headers take longer. */
const HEADERS_MS = 10_000;
/** A connection without requests is closed after this long, in milliseconds. */
const IDLE_MS = 120_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** Bounds of one HTTP/2 connection, rapid reset (CVE-2023-44487) among them. */
const HTTP2_OPTIONS = {
  settings: { maxConcurrentStreams: 256, maxHeaderListSize: MAX_HEADER_BYTES },
  maxSessionMemory: 32,
  streamResetBurst: 200,
  streamResetRate: 33,
};
const HTTP1_OPTIONS = {
  headersTimeout: HEADERS_MS,
  requestTimeout: 60_000,
  keepAliveTimeout: IDLE_MS,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: MAX_HEADER_BYTES,
};
/** How an HTTP/2 connection begins (RFC 9113, 3.4); three bytes tell it from every HTTP/1.1 method. */
const HTTP2_PREFACE = "PRI";

/** Opens the port. */
export async function listen(address: HostPort, tls: PublicTls | undefined, handler: EdgeHandler): Promise<Listener> {
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  const track = (server: Http2Server | ReturnType<typeof createSecureServer>) =>
    server.on("session", (session) => {
      sessions.add(session);
      session.setTimeout(IDLE_MS, () => session.close());
      session.on("error", () => session.destroy());
      session.once("close", () => sessions.delete(session));
    });
  const server = tls === undefined ? cleartext(handler, track) : secure(tls, handler, track);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound !== null ? bound.port : address.port,
    async drain(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // GOAWAY: streams under way finish, new ones go elsewhere.
      for (const session of sessions) {
        session.close();
      }
      const cut = setTimeout(() => {
        for (const socket of sockets) {
          socket.destroy();
        }
      }, graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

type Track = (server: Http2Server | ReturnType<typeof createSecureServer>) => void;

function secure({ certFile, keyFile }: PublicTls, handler: EdgeHandler, track: Track): Server {
  const server = createSecureServer(
    {
      ...HTTP2_OPTIONS,
      ...HTTP1_OPTIONS,
      allowHTTP1: true,
      minVersion: "TLSv1.2",
      cert: readFileSync(certFile),
      key: readFileSync(keyFile),
    },
    handler,
  );
  track(server);
  return server;
}

function cleartext(handler: EdgeHandler, track: Track): Server {
  const http2 = createHttp2(HTTP2_OPTIONS, handler);
  track(http2);
  const http1 = createHttp1(HTTP1_OPTIONS, handler as RequestListener);
  const idle = new Set<Socket>();
  http1.on("connection", (socket: Socket) => idle.add(socket));
  // Handed its connections, the server does not listen itself; its clock for slow headers starts with this event.
  http1.emit("listening");
  const server = createServer({ noDelay: true }, (socket) => {
    socket.setTimeout(HEADERS_MS, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    readPreface(socket, (isHttp2) => {
      socket.setTimeout(0);
      socket.removeAllListeners("timeout");
      (isHttp2 ? http2 : http1).emit("connection", socket);
    });
  });
  server.on("close", () => http1.close());
  const close = server.close.bind(server);
  server.close = (callback) => {
    http1.closeIdleConnections();
    return close(callback);
  };
  return server;
}

/** Reads as many bytes as tell the protocol, and puts them back. */
function readPreface(socket: Socket, decided: (isHttp2: boolean) => void): void {
  const look = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) {
      socket.once("readable", look);
      return;
    }
    socket.unshift(chunk);
    const start = chunk.toString("latin1", 0, HTTP2_PREFACE.length);
    if (start.length < HTTP2_PREFACE.length && HTTP2_PREFACE.startsWith(start)) {
      socket.once("readable", look);
      return;
    }
    decided(start === HTTP2_PREFACE);
  };
  socket.once("readable", look);
}
