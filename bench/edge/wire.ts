/** Ways to send a request, with as little around them as there can be: what is measured must not be the generator. */

/** Sends requests and tells when each was answered. */
export interface Wire {
  /** False when none can be sent now; the next `done` makes room. */
  send(done: (outcome: Outcome) => void): boolean;
  close(): void;
}

/** How a request ended. */
export type Outcome = "ok" | "refused" | "failed";

/** What is asked for, the same by every wire. */
export interface Target {
  readonly wire: "http1" | "http2" | "grpc" | "grpc-js" | "node-http2";
  readonly host: string;
  readonly port: number;
  /** HTTP: method, path and JSON body. gRPC: the path of the RPC, and the body is the message in hex. */
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body: string;
  /** Connections: HTTP/1.1 has one request each, HTTP/2 many. */
  readonly connections: number;
}
