/** A gRPC server as a backend. */
import type { Backend } from "./backend.ts";
import { type ChannelOptions, openChannel } from "./channel.ts";
import { callStream } from "./stream-call.ts";
import { callUnary } from "./unary-call.ts";

/** Where it is, and how much it may answer. */
export interface RemoteOptions extends ChannelOptions {
  /** Largest message of a unary answer, in bytes; streams pass in pieces. */
  readonly maxAnswerBytes: number;
}

/** Opens the way to a server; it is connected to when first called. */
export function openRemote(options: RemoteOptions): Backend {
  const channel = openChannel(options);
  return {
    unary: (call, envelope) => callUnary(channel, call, envelope, options.maxAnswerBytes),
    relay: (call, listener) => callStream(channel, call, listener),
    close: () => channel.close(),
  };
}
