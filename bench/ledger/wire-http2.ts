/**
 * gRPC over HTTP/2 (grpc/PROTOCOL-HTTP2) with nothing around it: a call costs the generator about a quarter of what it
 * costs with grpc-js, so that on few cores more is left for what is measured.
 */
import { readFileSync } from "node:fs";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from "node:http2";
import { spiffePeer } from "#platform/rpc/tls.ts";
import {
  meshMetadata,
  PEER,
  SERVICE_PATH,
  UNAVAILABLE,
  UNKNOWN,
  WINDOW_BYTES,
  type Wire,
  WireError,
  type WireOptions,
} from "./wire.ts";

/** Before each message: whether it is compressed, and its length. */
const PREFIX_BYTES = 5;

/** Opens a connection. */
export function openHttp2Wire({ address, tls, tenant }: WireOptions): Wire {
  const session = connect(`https://${address}`, {
    ca: readFileSync(tls.caFile),
    cert: readFileSync(tls.certFile),
    key: readFileSync(tls.keyFile),
    servername: "localhost",
    // The host's name proves nothing in a mesh: the service's identity is what counts.
    checkServerIdentity: (_host, certificate) =>
      spiffePeer(certificate) === PEER ? undefined : new Error(`the peer is not the service ${PEER}`),
    settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
  });
  session.once("connect", () => session.setLocalWindowSize(WINDOW_BYTES));
  let broken: Error | undefined;
  session.on("error", (error: Error) => {
    broken = error;
  });
  const request = (method: string, timeoutSeconds: number) =>
    send(session, SERVICE_PATH + method, timeoutSeconds, tenant);
  return {
    call(method, message, timeoutSeconds, done) {
      if (session.destroyed || session.closed) {
        // Never within the call itself: callers may call again at once.
        setImmediate(done, new WireError(UNAVAILABLE, broken?.message ?? "the connection is closed"), Buffer.alloc(0));
        return;
      }
      const stream = request(method, timeoutSeconds);
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      hearEnd(stream, (error) => {
        const whole = parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
        done(error, whole.subarray(PREFIX_BYTES));
      });
      stream.end(framed([message]));
    },
    open(method, timeoutSeconds, hear, ended) {
      const stream = request(method, timeoutSeconds);
      stream.on("data", splitMessages(hear));
      hearEnd(stream, ended);
      let waiting: Buffer[] = [];
      const flush = () => {
        const messages = waiting;
        waiting = [];
        if (!stream.destroyed) {
          stream.write(framed(messages));
        }
      };
      return {
        write(message) {
          // What is asked for within one turn goes out as one piece.
          if (waiting.push(message) === 1) {
            queueMicrotask(flush);
          }
        },
        end: () => queueMicrotask(() => stream.end()),
      };
    },
    isOpen: () => !session.destroyed && !session.closed,
    close: () => session.close(),
  };
}

function send(session: ClientHttp2Session, path: string, timeoutSeconds: number, tenant: string): ClientHttp2Stream {
  return session.request({
    ...meshMetadata(tenant),
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: path,
    [constants.HTTP2_HEADER_TE]: "trailers",
    [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
    "grpc-timeout": `${timeoutSeconds}S`,
  });
}

/** Hears once how a call ended. Its status stands in the trailers, or in the headers where no answer follows. */
function hearEnd(stream: ClientHttp2Stream, ended: (error: WireError | undefined) => void): void {
  let status: IncomingHttpHeaders | undefined;
  let failure: Error | undefined;
  const keep = (headers: IncomingHttpHeaders) => {
    status = headers["grpc-status"] === undefined ? status : headers;
  };
  stream.on("response", keep);
  stream.on("trailers", keep);
  stream.on("error", (error: Error) => {
    failure = error;
  });
  stream.on("close", () => {
    if (status === undefined) {
      ended(new WireError(UNAVAILABLE, failure?.message ?? "the call was cut"));
      return;
    }
    const code = Number(status["grpc-status"] ?? UNKNOWN);
    ended(code === 0 ? undefined : new WireError(code, decodeURIComponent(String(status["grpc-message"] ?? ""))));
  });
}

function framed(messages: readonly Buffer[]): Buffer {
  const length = messages.reduce((sum, message) => sum + PREFIX_BYTES + message.length, 0);
  const whole = Buffer.allocUnsafe(length);
  let at = 0;
  for (const message of messages) {
    whole[at] = 0;
    whole.writeUInt32BE(message.length, at + 1);
    whole.set(message, at + PREFIX_BYTES);
    at += PREFIX_BYTES + message.length;
  }
  return whole;
}

/** Cuts what arrives into messages. */
function splitMessages(hear: (message: Buffer) => void): (part: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (part) => {
    const bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
    let at = 0;
    while (bytes.length - at >= PREFIX_BYTES) {
      const end = at + PREFIX_BYTES + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) {
        break;
      }
      hear(bytes.subarray(at + PREFIX_BYTES, end));
      at = end;
    }
    rest = bytes.subarray(at);
  };
}
