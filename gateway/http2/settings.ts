/** SETTINGS: what the peer told us, and what we tell it (RFC 9113, 6.5). */
import {
  ErrorCode,
  INITIAL_TABLE_BYTES,
  INITIAL_WINDOW_BYTES,
  MAX_FRAME_BYTES,
  MAX_WINDOW_BYTES,
  MIN_FRAME_BYTES,
} from "./codes.ts";
import { ConnectionFault } from "./faults.ts";
import type { Limits } from "./limits.ts";

const Setting = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const;

export const SETTING_BYTES = 6;
/** Streams a client opens before it knows the server's limit: the least the RFC recommends to allow. */
const MAX_STREAMS_AT_FIRST = 100;

export interface PeerSettings {
  headerTableBytes: number;
  maxConcurrentStreams: number;
  initialWindowBytes: number;
  maxFrameBytes: number;
}

export function initialSettings(): PeerSettings {
  return {
    headerTableBytes: INITIAL_TABLE_BYTES,
    maxConcurrentStreams: MAX_STREAMS_AT_FIRST,
    initialWindowBytes: INITIAL_WINDOW_BYTES,
    maxFrameBytes: MIN_FRAME_BYTES,
  };
}

/**
 * Takes in the entries of a frame, in order; those unknown are passed over. MAX_HEADER_LIST_SIZE is advice, and the peer
 * refuses what it dislikes anyway.
 * @returns the smallest table size named, since the encoder must have been that small (RFC 7541, 4.2)
 */
export function readSettings(
  bytes: Buffer,
  start: number,
  end: number,
  settings: PeerSettings,
  fromServer: boolean,
): number | undefined {
  let smallestTable: number | undefined;
  for (let at = start; at < end; at += SETTING_BYTES) {
    const value = bytes.readUInt32BE(at + 2);
    switch (bytes.readUInt16BE(at)) {
      case Setting.HEADER_TABLE_SIZE:
        settings.headerTableBytes = value;
        smallestTable = Math.min(value, smallestTable ?? value);
        break;
      case Setting.ENABLE_PUSH:
        if (value > 1 || (fromServer && value === 1)) throw refused("ENABLE_PUSH");
        break;
      case Setting.MAX_CONCURRENT_STREAMS:
        settings.maxConcurrentStreams = value;
        break;
      case Setting.INITIAL_WINDOW_SIZE:
        if (value > MAX_WINDOW_BYTES) throw refused("INITIAL_WINDOW_SIZE", ErrorCode.FLOW_CONTROL_ERROR);
        settings.initialWindowBytes = value;
        break;
      case Setting.MAX_FRAME_SIZE:
        if (value < MIN_FRAME_BYTES || value > MAX_FRAME_BYTES) throw refused("MAX_FRAME_SIZE");
        settings.maxFrameBytes = value;
        break;
    }
  }
  return smallestTable;
}

/** Our entries, those that differ from the protocol's defaults. */
export function ourSettings(limits: Limits, isServer: boolean): Array<readonly [setting: number, value: number]> {
  const entries: Array<readonly [number, number]> = [
    [Setting.INITIAL_WINDOW_SIZE, limits.streamWindowBytes],
    [Setting.MAX_HEADER_LIST_SIZE, limits.maxHeaderListBytes],
  ];
  if (isServer) entries.push([Setting.MAX_CONCURRENT_STREAMS, limits.maxConcurrentStreams]);
  else entries.push([Setting.ENABLE_PUSH, 0]);
  if (limits.headerTableBytes !== INITIAL_TABLE_BYTES) {
    entries.push([Setting.HEADER_TABLE_SIZE, limits.headerTableBytes]);
  }
  if (limits.maxFrameBytes !== MIN_FRAME_BYTES) entries.push([Setting.MAX_FRAME_SIZE, limits.maxFrameBytes]);
  return entries;
}

function refused(setting: string, code: number = ErrorCode.PROTOCOL_ERROR): ConnectionFault {
  return new ConnectionFault(code, `SETTINGS: ${setting} has a value it cannot have`);
}
