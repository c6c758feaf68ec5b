/** Connections to one gRPC server: opened when first needed, more of them when one is full, again when one is lost. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  connectHttp2,
  type HeaderField,
  type Http2Connection,
  type Http2Stream,
  type StreamListener,
} from "../http2/index.ts";
import { errorOfAbort } from "./call-fields.ts";

/** Where the server is. */
export interface ChannelOptions {
  /** http://host:port, or https:// for TLS. */
  readonly target: URL;
  /** Identity and trust, for https. */
  readonly tls?: ConnectionOptions;
}

/** The way to one server. */
export interface Channel {
  readonly target: URL;
  /** Opens a stream; undefined when none can be opened now. */
  open(fields: readonly HeaderField[], listener: StreamListener): Http2Stream | undefined;
  /**
   * Resolves when {@link open} may give one.
   *
   * @throws ConnectError UNAVAILABLE when the server cannot be reached, or the signal's reason
   */
  whenReady(signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Connections to one server; a peer that allows 100 streams each then takes 1,600. */
const MAX_CONNECTIONS = 16;
const CONNECT_TIMEOUT_MS = 5_000;
/** After a failed attempt, calls fail at once for this long, doubled each time up to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** A peer that answers no ping for so long is taken for lost, in milliseconds. */
const KEEPALIVE_MS = 20_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: ConnectError) => void;
}

/** Makes a channel. It connects with its first call. */
export function openChannel({ target, tls }: ChannelOptions): Channel {
  /** Those that take new streams. */
  const connections = new Set<Http2Connection>();
  const waiting = new Set<Waiter>();
  let connecting = 0;
  let failures = 0;
  let pausedUntil = 0;
  let lastFailure = "";
  let isClosed = false;

  return {
    target,
    open,
    whenReady(signal) {
      if (isClosed) {
        return Promise.reject(new ConnectError("the channel is closed", Code.Unavailable));
      }
      if (connecting === 0 && connections.size < MAX_CONNECTIONS) {
        if (Date.now() < pausedUntil && connections.size === 0) {
          return Promise.reject(unreachable());
        }
        connect();
      }
      return new Promise((resolve, reject) => {
        const done = () => {
          waiting.delete(waiter);
          signal.removeEventListener("abort", aborted);
        };
        const waiter: Waiter = {
          resolve() {
            done();
            resolve();
          },
          reject(error) {
            done();
            reject(error);
          },
        };
        const aborted = () => waiter.reject(errorOfAbort(signal));
        waiting.add(waiter);
        signal.addEventListener("abort", aborted, { once: true });
        if (signal.aborted) {
          aborted();
        }
      });
    },
    close() {
      isClosed = true;
      for (const connection of connections) {
        connection.close();
      }
      failAll(new ConnectError("the channel is closed", Code.Unavailable));
    },
  };

  function open(fields: readonly HeaderField[], listener: StreamListener): Http2Stream | undefined {
    for (const connection of connections) {
      const stream = connection.open(fields, false, listener);
      if (stream !== undefined) {
        return stream;
      }
    }
    return undefined;
  }

  function connect(): void {
    connecting++;
    let isSettled = false;
    const socket = openSocket(target, tls);
    const timer = setTimeout(() => socket.destroy(new Error("no connection in time")), CONNECT_TIMEOUT_MS);
    const settle = () => {
      clearTimeout(timer);
      if (!isSettled) {
        isSettled = true;
        connecting--;
      }
    };
    const failed = (error?: Error) => {
      if (isSettled) {
        return;
      }
      settle();
      lastFailure = error === undefined ? "closed at once" : error.message;
      pausedUntil = Date.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      failures++;
      if (connections.size === 0) {
        failAll(unreachable());
      }
    };
    socket.once("error", failed);
    socket.once("close", () => failed());
    socket.once(target.protocol === "https:" ? "secureConnect" : "connect", () => {
      settle();
      failures = 0;
      const connection = connectHttp2(socket, {
        limits: { pingIntervalMs: KEEPALIVE_MS, pingTimeoutMs: KEEPALIVE_TIMEOUT_MS },
        onCapacity: wakeAll,
        // What is under way goes on; nothing new is begun here.
        onGoaway: () => connections.delete(connection),
        onClose: () => connections.delete(connection),
      });
      connections.add(connection);
      wakeAll();
      if (isClosed) {
        connection.destroy();
      }
    });
  }

  /** Everyone looks again: most find room, the others wait on. */
  function wakeAll(): void {
    for (const waiter of [...waiting]) {
      waiter.resolve();
    }
  }

  function failAll(error: ConnectError): void {
    for (const waiter of [...waiting]) {
      waiter.reject(error);
    }
  }

  function unreachable(): ConnectError {
    // Where the server is, and why it cannot be reached, is for the log alone.
    return new ConnectError("the backend cannot be reached", Code.Unavailable, undefined, undefined, lastFailure);
  }
}

function openSocket(target: URL, tls: ConnectionOptions | undefined): Socket {
  const host = target.hostname.replace(/^\[|\]$/g, "");
  if (target.protocol !== "https:") {
    return connectTcp({ host, port: Number(target.port || 80), noDelay: true });
  }
  // An address may not stand in TLS's server name (RFC 6066, section 3); the certificate is held against it all the same.
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port: Number(target.port || 443), ALPNProtocols: ["h2"], ...name, ...tls });
}
