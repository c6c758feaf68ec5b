/** Writes frames to an Output (RFC 9113, 6). */
import { Flag, FRAME_HEADER_BYTES, FrameType } from "./codes.ts";
import type { HeaderField } from "./contract.ts";
import type { HeaderEncoder } from "./hpack/encoder.ts";
import type { Output } from "./output.ts";
import { SETTING_BYTES } from "./settings.ts";

export function writeData(output: Output, streamId: number, chunk: Uint8Array, endStream: boolean): void {
  header(output, chunk.length, FrameType.DATA, endStream ? Flag.END_STREAM : 0, streamId);
  output.append(chunk);
}

/** HEADERS, and CONTINUATION where the section is larger than a frame. Throws TypeError, with nothing written, on fields that may not be sent. */
export function writeHeaders(
  output: Output,
  encoder: HeaderEncoder,
  streamId: number,
  fields: readonly HeaderField[],
  endStream: boolean,
  maxFrameBytes: number,
): void {
  output.reserve(FRAME_HEADER_BYTES + encoder.bound(fields));
  const at = output.at;
  const start = at + FRAME_HEADER_BYTES;
  output.at = start;
  try {
    encoder.encode(fields, output);
  } catch (error) {
    output.at = at;
    throw error;
  }
  const length = output.at - start;
  const flags = endStream ? Flag.END_STREAM : 0;
  if (length <= maxFrameBytes) {
    putHeader(output.slab, at, length, FrameType.HEADERS, flags | Flag.END_HEADERS, streamId);
    return;
  }
  const block = Buffer.from(output.slab.subarray(start, output.at));
  output.at = at;
  for (let from = 0; from < length; from += maxFrameBytes) {
    const part = block.subarray(from, from + maxFrameBytes);
    const last = from + maxFrameBytes >= length ? Flag.END_HEADERS : 0;
    if (from === 0) header(output, part.length, FrameType.HEADERS, flags | last, streamId);
    else header(output, part.length, FrameType.CONTINUATION, last, streamId);
    output.append(part);
  }
}

export function writeReset(output: Output, streamId: number, code: number): void {
  header(output, 4, FrameType.RST_STREAM, 0, streamId);
  uint32(output, code);
}

export function writeSettings(output: Output, entries: ReadonlyArray<readonly [number, number]>): void {
  header(output, entries.length * SETTING_BYTES, FrameType.SETTINGS, 0, 0);
  output.reserve(entries.length * SETTING_BYTES);
  for (const [setting, value] of entries) {
    output.at = output.slab.writeUInt16BE(setting, output.at);
    uint32(output, value);
  }
}

export function writeSettingsAck(output: Output): void {
  header(output, 0, FrameType.SETTINGS, Flag.ACK, 0);
}

/** @param opaque its eight bytes */
export function writePing(output: Output, opaque: Uint8Array, isAck: boolean): void {
  header(output, opaque.length, FrameType.PING, isAck ? Flag.ACK : 0, 0);
  output.append(opaque);
}

export function writeGoaway(output: Output, lastStreamId: number, code: number, debug: string): void {
  const text = Buffer.from(debug, "latin1");
  header(output, 8 + text.length, FrameType.GOAWAY, 0, 0);
  uint32(output, lastStreamId);
  uint32(output, code);
  output.append(text);
}

export function writeWindowUpdate(output: Output, streamId: number, bytes: number): void {
  header(output, 4, FrameType.WINDOW_UPDATE, 0, streamId);
  uint32(output, bytes);
}

function header(output: Output, length: number, type: number, flags: number, streamId: number): void {
  output.reserve(FRAME_HEADER_BYTES);
  putHeader(output.slab, output.at, length, type, flags, streamId);
  output.at += FRAME_HEADER_BYTES;
}

function putHeader(slab: Buffer, at: number, length: number, type: number, flags: number, streamId: number): void {
  slab[at] = length >>> 16;
  slab[at + 1] = length >>> 8;
  slab[at + 2] = length;
  slab[at + 3] = type;
  slab[at + 4] = flags;
  slab[at + 5] = streamId >>> 24;
  slab[at + 6] = streamId >>> 16;
  slab[at + 7] = streamId >>> 8;
  slab[at + 8] = streamId;
}

function uint32(output: Output, value: number): void {
  output.reserve(4);
  output.at = output.slab.writeUInt32BE(value, output.at);
}
