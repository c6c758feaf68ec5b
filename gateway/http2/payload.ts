import { ErrorCode, Flag } from "./codes.ts";
import { ConnectionFault } from "./faults.ts";

/** What is left of a payload without padding: `bytes[start, end)`. */
export interface Unpadded {
  readonly start: number;
  readonly end: number;
}

/** Takes the padding off DATA and HEADERS (RFC 9113, 6.1). */
export function unpad(flags: number, bytes: Buffer, start: number, end: number): Unpadded {
  if ((flags & Flag.PADDED) === 0) return { start, end };
  if (start >= end) throw new ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, "a padded frame without a pad length");
  const padding = bytes.readUInt8(start);
  if (padding > end - start - 1) throw new ConnectionFault(ErrorCode.PROTOCOL_ERROR, "more padding than payload");
  return { start: start + 1, end: end - padding };
}

/** Refuses a payload that has not the one length its frame may have. */
export function mustBeLong(length: number, start: number, end: number, frame: string): void {
  if (end - start !== length) throw new ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, `${frame} of a wrong length`);
}

export function protocolFault(message: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.PROTOCOL_ERROR, message);
}
