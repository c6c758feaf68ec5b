/** The ways a peer breaks the protocol: thrown while a frame is read, caught where the frame came from. */

/** The whole connection is lost: it ends with GOAWAY of this code (RFC 9113, 5.4.1). */
export class ConnectionFault extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.name = "ConnectionFault";
    this.code = code;
  }
}

/** Only the stream is lost: it ends with RST_STREAM of this code (RFC 9113, 5.4.2). */
export class StreamFault extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.name = "StreamFault";
    this.code = code;
  }
}
