/** HTTP/2 on any connected socket, as a server or a client. Start with README.md. */
export { connectHttp2 } from "./client.ts";
export { ErrorCode, errorName } from "./codes.ts";
export type {
  Goaway,
  HeaderField,
  Http2Connection,
  Http2Stream,
  StreamListener,
  StreamReset,
} from "./contract.ts";
export { clientLimits, type Limits, serverLimits } from "./limits.ts";
export type { ClientOptions, OnStream, ServerOptions } from "./options.ts";
export { serveHttp2 } from "./server.ts";
