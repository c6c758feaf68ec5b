/** Numbers of the protocol (RFC 9113, 6 and 7). */

/** Error codes of RST_STREAM and GOAWAY. */
export const ErrorCode = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  FLOW_CONTROL_ERROR: 3,
  SETTINGS_TIMEOUT: 4,
  STREAM_CLOSED: 5,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  CONNECT_ERROR: 10,
  ENHANCE_YOUR_CALM: 11,
  INADEQUATE_SECURITY: 12,
  HTTP_1_1_REQUIRED: 13,
} as const;

export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const Flag = { END_STREAM: 0x1, ACK: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

export const FRAME_HEADER_BYTES = 9;
/** Frame payload every peer takes (RFC 9113, 4.2), and the largest that may be agreed. */
export const MIN_FRAME_BYTES = 16_384;
export const MAX_FRAME_BYTES = 16_777_215;
/** Flow control window of a new connection and of streams before SETTINGS (RFC 9113, 6.9.2). */
export const INITIAL_WINDOW_BYTES = 65_535;
export const MAX_WINDOW_BYTES = 2_147_483_647;
export const MAX_STREAM_ID = 2_147_483_647;
/** Size of the HPACK dynamic table before SETTINGS (RFC 9113, 6.5.2). */
export const INITIAL_TABLE_BYTES = 4_096;

/** What a client says first (RFC 9113, 3.4); its SETTINGS follow. */
export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

const names = Object.entries(ErrorCode);

/** "CANCEL" for 8; a number for what the RFC does not name. */
export function errorName(code: number): string {
  return names.find(([, value]) => value === code)?.[0] ?? String(code);
}
