/** Every bound of a connection, with its default and why. */
import { INITIAL_TABLE_BYTES, MAX_FRAME_BYTES, MAX_WINDOW_BYTES, MIN_FRAME_BYTES } from "./codes.ts";

export interface Limits {
  /** Streams the peer may have open; above it REFUSED_STREAM. */
  readonly maxConcurrentStreams: number;
  /** Bytes of a stream's body that may be under way or unconsumed. */
  readonly streamWindowBytes: number;
  /** The same for all streams together: what a peer can make us hold. At least 65,535. */
  readonly connectionWindowBytes: number;
  /** Largest frame taken. */
  readonly maxFrameBytes: number;
  /** HPACK table the peer may make us keep. */
  readonly headerTableBytes: number;
  /** A header section decoded, 32 bytes a field added (RFC 9113, 10.5.1). Larger ones are answered with 431. */
  readonly maxHeaderListBytes: number;
  /** A header section encoded. It is decoded even when too large, to keep the table; beyond this the connection ends. */
  readonly maxHeaderBlockBytes: number;
  /** CONTINUATION frames of a section; beyond it the connection ends. */
  readonly maxContinuations: number;
  /** Bytes of a stream waiting to be sent from which `sendData` says false. */
  readonly sendBufferBytes: number;
  /** Streams that the peer reset before they were answered, or made us reset: at once, and a second for ever. */
  readonly resetBurst: number;
  readonly resetsPerSecond: number;
  /** Frames that carry nothing (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA, unknown): at once, and a second. */
  readonly idleFrameBurst: number;
  readonly idleFramesPerSecond: number;
  /** Answers to the peer's control frames that wait for a socket that takes nothing; beyond it the connection ends. */
  readonly maxQueuedAnswers: number;
  /** Time for preface, SETTINGS and their acknowledgement; also for a header section once begun. 0 is without end, as for all below. */
  readonly handshakeMs: number;
  /** Time without streams after which the connection is closed. */
  readonly idleMs: number;
  /** Time in which a stream with data waiting must get rid of at least `minProgressBytes`, else it is reset. */
  readonly stallMs: number;
  readonly minProgressBytes: number;
  /** Silence after which the peer is pinged, and time it then has to say anything. */
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /** Time the peer has to close its side when we are done. */
  readonly lingerMs: number;
}

const shared = {
  // Enough to keep a connection busy; a hostile peer holds no more than that much work.
  maxConcurrentStreams: 256,
  // Four times what a 16 MiB/s stream needs over 4 ms: bodies here are small, large ones are rare.
  streamWindowBytes: 262_144,
  connectionWindowBytes: 2_097_152,
  maxFrameBytes: MIN_FRAME_BYTES,
  headerTableBytes: INITIAL_TABLE_BYTES,
  // What Node takes of HTTP/1 by default.
  maxHeaderListBytes: 16_384,
  maxHeaderBlockBytes: 65_536,
  // Three frames of the usual size fill maxHeaderBlockBytes; nghttp2 allows eight as well.
  maxContinuations: 8,
  sendBufferBytes: 65_536,
  // nghttp2's rate against CVE-2023-44487; in a burst, nearly all of a connection's streams cancelled at once.
  resetBurst: 200,
  resetsPerSecond: 33,
  // A window update or ping per call is honest: every stream and DATA frame sent gives some back, see abuse.ts.
  idleFrameBurst: 1_000,
  idleFramesPerSecond: 100,
  maxQueuedAnswers: 1_000,
  handshakeMs: 10_000,
  stallMs: 60_000,
  minProgressBytes: 1_024,
  pingTimeoutMs: 20_000,
  lingerMs: 1_000,
};

/** On a public port: idle peers go after five minutes, silent ones are pinged each minute. */
export const serverLimits: Limits = { ...shared, idleMs: 300_000, pingIntervalMs: 60_000 };

/** Towards servers of our own: connections are kept. Whoever wants keepalive sets pingIntervalMs; gRPC servers dislike much of it. */
export const clientLimits: Limits = { ...shared, idleMs: 0, pingIntervalMs: 0 };

/** The defaults with some replaced. Throws RangeError on what the protocol does not allow. */
export function withDefaults(defaults: Limits, chosen: Partial<Limits> = {}): Limits {
  const limits = { ...defaults, ...chosen };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isFinite(value) || value < 0) throw new RangeError(`${name} must be zero or more`);
  }
  if (limits.maxFrameBytes < MIN_FRAME_BYTES || limits.maxFrameBytes > MAX_FRAME_BYTES) {
    throw new RangeError(`maxFrameBytes must be ${MIN_FRAME_BYTES} to ${MAX_FRAME_BYTES}`);
  }
  if (limits.streamWindowBytes > MAX_WINDOW_BYTES || limits.connectionWindowBytes > MAX_WINDOW_BYTES) {
    throw new RangeError(`windows have at most ${MAX_WINDOW_BYTES} bytes`);
  }
  return limits;
}
