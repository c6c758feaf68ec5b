/** What is measured: each row a way to ask the same thing. */
import type { Ground, Served } from "./ground.ts";
import type { Target } from "./wire.ts";

/** The servers of a run. */
export interface Servers {
  readonly floor: Served;
  readonly floor2: Served;
  readonly upstream: Served;
  readonly edge: Served;
}

/** A row of the table. */
export interface Row {
  readonly name: string;
  readonly target: Target;
  /** Requests under way at saturation. */
  readonly underWay: number;
  /** Process whose CPU time is told. */
  readonly pid: number;
}

const CALLERS = 64;
const RPC = "/bench.echo.v1.EchoService/Echo";
const REST = "/v1/shelves/7/echo";

/** All rows, by name. */
export function rowsOf({ json, message }: Ground, { floor, floor2, upstream, edge }: Servers) {
  const row = (
    name: string,
    at: Served,
    target: Pick<Target, "wire" | "method" | "path" | "body" | "connections">,
  ): Row => ({
    name,
    target: { ...target, host: at.host, port: at.port },
    underWay: CALLERS,
    pid: at.pid,
  });
  const http1 = { wire: "http1", method: "POST", path: REST, body: json, connections: CALLERS } as const;
  const grpc = { wire: "grpc", method: "POST", path: RPC, body: message, connections: 1 } as const;
  return {
    floor: row("bare node:http, POST", floor, http1),
    restPost: row("edge, REST POST", edge, http1),
    restGet: row("edge, REST GET", edge, { ...http1, method: "GET", path: "/v1/shelves/7/echoes/8" }),
    directGrpcJs: row("grpc-js, direct", upstream, { ...grpc, wire: "grpc-js" }),
    edgeGrpcJs: row("grpc-js, through the edge", edge, { ...grpc, wire: "grpc-js" }),
    nodeHttp2: row("bare node:http2, both ends", floor2, { ...grpc, wire: "node-http2" }),
    directThin: row("thin gRPC, both ends, direct", upstream, grpc),
    edgeThin: row("thin gRPC, through the edge", edge, grpc),
  } as const;
}
