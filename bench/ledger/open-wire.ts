/** Opens a connection of either kind. */

import type { Wire, WireKind, WireOptions } from "./wire.ts";
import { openGrpcJsWire } from "./wire-grpc-js.ts";
import { openHttp2Wire } from "./wire-http2.ts";

/** Opens a connection. */
export function openWire(kind: WireKind, options: WireOptions): Wire {
  return kind === "http2" ? openHttp2Wire(options) : openGrpcJsWire(options);
}

/** A unary call as a promise. */
export function callOnce(wire: Wire, method: string, request: Buffer, timeoutSeconds: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    wire.call(method, request, timeoutSeconds, (error, answer) =>
      error === undefined ? resolve(answer) : reject(error),
    );
  });
}
