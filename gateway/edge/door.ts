/** What stands between a caller and a backend, the same for every protocol: who may call, what goes along, what is looked at. */
import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { HeaderReader } from "../grpc/metadata.ts";
import type { HeaderField } from "../http2/index.ts";

/** Protocol that a call came by. */
export type ProtocolName = "grpc" | "grpc-web" | "connect" | "rest";

/** A call that has arrived: none of its messages was looked at. */
export interface Arrival {
  readonly method: DescMethod;
  readonly protocol: ProtocolName;
  readonly header: HeaderReader;
  /** Its metadata as fields, less what belongs to the protocol. */
  readonly metadata: () => HeaderField[];
  /** Time that the caller gives it, in milliseconds. */
  readonly timeoutMs: number | undefined;
}

/** A call let through. */
export interface Passage {
  /** Metadata for the backend. */
  readonly metadata: readonly HeaderField[];
  /** Time the call may take, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Whether the backend is told of it. Default true. */
  readonly tellsTimeout?: boolean;
  /** Looks at each request message and throws a ConnectError; undefined where messages need no look. */
  readonly check: ((message: Message) => void) | undefined;
  /** Told once, when the call is over. Gives the error that the caller hears, which may say less than the one that was. */
  readonly over: (error: ConnectError | undefined) => ConnectError | undefined;
}

/** Lets a call through, or throws what {@link Passage.over} of a refused call would give: a ConnectError. */
export type Door = (arrival: Arrival) => Passage | Promise<Passage>;
