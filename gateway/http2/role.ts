import type { Goaway, HeaderField, Http2Stream, StreamListener } from "./contract.ts";
import type { Block } from "./header-block.ts";
import type { Stream } from "./stream.ts";

/** What differs between a server and a client, and what their owners are told. */
export interface Role {
  open(headers: readonly HeaderField[], endStream: boolean, listener: StreamListener): Http2Stream | undefined;
  /** A section of a stream that is idle. */
  takeNew(block: Block): void;
  /** The first section on a stream of ours. */
  takeFirst(stream: Stream, block: Block): void;
  /** A stream is over, or the peer allows more. */
  hasCapacity(): void;
  goaway(goaway: Goaway): void;
  closed(error: Error | undefined): void;
  /** A listener threw. */
  failed(error: unknown, stream: Http2Stream | undefined): void;
}
