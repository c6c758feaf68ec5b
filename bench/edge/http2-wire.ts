/** HTTP/2 and gRPC on our own engine: the thin client. */

import { once } from "node:events";
import { connect } from "node:net";
import { enclose } from "../../gateway/grpc/envelope.ts";
import {
  connectHttp2,
  type HeaderField,
  type Http2Connection,
  type StreamListener,
} from "../../gateway/http2/index.ts";
import type { Outcome, Target, Wire } from "./wire.ts";

/** Opens the connections. */
export async function openHttp2Wire(target: Target): Promise<Wire> {
  const connections = await Promise.all(Array.from({ length: target.connections }, () => open(target)));
  const isGrpc = target.wire === "grpc";
  const body = isGrpc ? enclose(Buffer.from(target.body, "hex")) : Buffer.from(target.body);
  const fields: HeaderField[] = [
    [":method", target.method],
    [":scheme", "http"],
    [":path", target.path],
    [":authority", `${target.host}:${target.port}`],
    ["content-type", isGrpc ? "application/grpc" : "application/json"],
    ...(isGrpc ? ([["te", "trailers"]] satisfies HeaderField[]) : []),
  ];
  const hasBody = target.method === "POST";
  let next = 0;
  return {
    send(done) {
      for (let tries = 0; tries < connections.length; tries++) {
        next = (next + 1) % connections.length;
        const stream = connections[next]?.open(
          fields,
          !hasBody,
          listenFor(isGrpc, done, (bytes) => stream?.consume(bytes)),
        );
        if (stream !== undefined) {
          if (hasBody) {
            stream.sendData(body, true);
          }
          return true;
        }
      }
      return false;
    },
    close() {
      for (const connection of connections) {
        connection.destroy();
      }
    },
  };
}

async function open({ host, port }: Target): Promise<Http2Connection> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, "connect");
  const connection = connectHttp2(socket, {});
  return connection;
}

function listenFor(
  isGrpc: boolean,
  done: (outcome: Outcome) => void,
  consume: (bytes: number) => void,
): StreamListener {
  let status = "";
  const end = (trailers: readonly HeaderField[]) => {
    const code = trailers.find(([name]) => name === "grpc-status")?.[1];
    const isOk = isGrpc ? code === "0" : status === "200";
    done(isOk ? "ok" : status === "429" || status === "503" || code === "8" || code === "14" ? "refused" : "failed");
  };
  return {
    onHeaders(headers, isLast) {
      status = headers[0]?.[1] ?? "";
      if (isLast) {
        end(headers);
      }
    },
    onData(chunk, isLast) {
      consume(chunk.length);
      if (isLast) {
        end([]);
      }
    },
    onTrailers: end,
    onReset: ({ unprocessed }) => done(unprocessed ? "refused" : "failed"),
    onDrain() {},
  };
}
