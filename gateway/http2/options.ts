import type { Goaway, HeaderField, Http2Stream, StreamListener } from "./contract.ts";
import type { Limits } from "./limits.ts";

interface ConnectionOptions {
  /** Replaces defaults: `serverLimits`, `clientLimits`. */
  readonly limits?: Partial<Limits>;
  /** The peer goes away: streams under way may finish, none is opened any more. */
  readonly onGoaway?: (goaway: Goaway) => void;
  /** Nothing is read or written any more; called once, after the streams were told. No error: it was closed in an orderly way, or by the peer. */
  readonly onClose?: (error: Error | undefined) => void;
  /** A listener or callback threw: a defect. Its stream was reset with INTERNAL_ERROR. Without this the connection is destroyed with the error. */
  readonly onError?: (error: unknown, stream: Http2Stream | undefined) => void;
}

export interface ServerOptions extends ConnectionOptions {
  /**
   * A request whose header section is over `maxHeaderListBytes`: answer it with 431. Without this a bare 431 is sent.
   * `headers` are those that fit, unchecked.
   */
  readonly onHeadersTooLarge?: (
    stream: Http2Stream,
    headers: readonly HeaderField[],
    endStream: boolean,
  ) => StreamListener;
}

export interface ClientOptions extends ConnectionOptions {
  /** After `open` gave nothing for want of streams: try again. Told once per refusal, so open until it gives nothing again. */
  readonly onCapacity?: () => void;
}

/** Takes a request; gives who hears the rest of it. */
export type OnStream = (stream: Http2Stream, headers: readonly HeaderField[], endStream: boolean) => StreamListener;
