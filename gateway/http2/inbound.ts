/** Takes frames apart and hands their meaning to the connection (RFC 9113, 6). Faults are thrown. */
import { ErrorCode, Flag, FrameType } from "./codes.ts";
import { ConnectionFault, StreamFault } from "./faults.ts";
import type { Block } from "./header-block.ts";
import { HeaderBlocks } from "./header-block.ts";
import type { Limits } from "./limits.ts";
import { mustBeLong, protocolFault, unpad } from "./payload.ts";
import { SETTING_BYTES } from "./settings.ts";

/** What frames mean, for those who act on it. Streams are named by id; whether they are there is not known here. */
export interface FrameHandler {
  /** @param frameBytes what the frame takes of the windows, padding included */
  onData(streamId: number, bytes: Buffer, start: number, end: number, frameBytes: number, endStream: boolean): void;
  onBlock(block: Block): void;
  onRstStream(streamId: number, code: number): void;
  onSettings(bytes: Buffer, start: number, end: number): void;
  onSettingsAck(): void;
  onPing(opaque: Buffer, isAck: boolean): void;
  onGoaway(lastStreamId: number, code: number, debug: string): void;
  onWindowUpdate(streamId: number, increment: number): void;
  /** PRIORITY, or a type nobody defined: nothing to act on. */
  onIdleFrame(): void;
}

export class Inbound {
  readonly blocks: HeaderBlocks;
  readonly #handler: FrameHandler;
  #hasSettings = false;

  constructor(limits: Limits, handler: FrameHandler) {
    this.blocks = new HeaderBlocks(limits);
    this.#handler = handler;
  }

  /** The peer's first SETTINGS came. */
  get hasSettings(): boolean {
    return this.#hasSettings;
  }

  frame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (this.blocks.isOpen && type !== FrameType.CONTINUATION) throw protocolFault("a frame within a header section");
    if (!this.#hasSettings && type !== FrameType.SETTINGS) throw protocolFault("SETTINGS must come first");
    switch (type) {
      case FrameType.DATA:
        this.#data(flags, streamId, bytes, start, end);
        break;
      case FrameType.HEADERS:
        mustHaveStream(streamId, "HEADERS");
        this.#block(this.blocks.headers(streamId, flags, bytes, start, end));
        break;
      case FrameType.CONTINUATION:
        this.#block(this.blocks.continuation(streamId, flags, bytes, start, end));
        break;
      case FrameType.PRIORITY:
        this.#priority(streamId, bytes, start, end);
        break;
      case FrameType.RST_STREAM:
        mustHaveStream(streamId, "RST_STREAM");
        mustBeLong(4, start, end, "RST_STREAM");
        this.#handler.onRstStream(streamId, bytes.readUInt32BE(start));
        break;
      case FrameType.SETTINGS:
        this.#settings(flags, streamId, bytes, start, end);
        break;
      case FrameType.PUSH_PROMISE:
        throw protocolFault("PUSH_PROMISE is switched off");
      case FrameType.PING:
        mustHaveNone(streamId, "PING");
        mustBeLong(8, start, end, "PING");
        this.#handler.onPing(bytes.subarray(start, end), (flags & Flag.ACK) !== 0);
        break;
      case FrameType.GOAWAY:
        this.#goaway(streamId, bytes, start, end);
        break;
      case FrameType.WINDOW_UPDATE:
        this.#windowUpdate(streamId, bytes, start, end);
        break;
      default:
        this.#handler.onIdleFrame();
        break;
    }
  }

  #data(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    mustHaveStream(streamId, "DATA");
    const endStream = (flags & Flag.END_STREAM) !== 0;
    if ((flags & Flag.PADDED) === 0) {
      this.#handler.onData(streamId, bytes, start, end, end - start, endStream);
      return;
    }
    const body = unpad(flags, bytes, start, end);
    this.#handler.onData(streamId, bytes, body.start, body.end, end - start, endStream);
  }

  #block(block: Block | undefined): void {
    if (block !== undefined) this.#handler.onBlock(block);
  }

  #priority(streamId: number, bytes: Buffer, start: number, end: number): void {
    mustHaveStream(streamId, "PRIORITY");
    if (end - start !== 5) throw new StreamFault(ErrorCode.FRAME_SIZE_ERROR, "PRIORITY of a wrong length");
    if ((bytes.readUInt32BE(start) & 0x7fffffff) === streamId) throw selfDependent();
    this.#handler.onIdleFrame();
  }

  #settings(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    mustHaveNone(streamId, "SETTINGS");
    if ((flags & Flag.ACK) !== 0) {
      mustBeLong(0, start, end, "SETTINGS with ACK");
      if (!this.#hasSettings) throw protocolFault("SETTINGS must come before its acknowledgement");
      this.#handler.onSettingsAck();
      return;
    }
    if ((end - start) % SETTING_BYTES !== 0) {
      throw new ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS of a wrong length");
    }
    this.#hasSettings = true;
    this.#handler.onSettings(bytes, start, end);
  }

  #goaway(streamId: number, bytes: Buffer, start: number, end: number): void {
    mustHaveNone(streamId, "GOAWAY");
    if (end - start < 8) throw new ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, "GOAWAY cut off");
    const lastStreamId = bytes.readUInt32BE(start) & 0x7fffffff;
    this.#handler.onGoaway(lastStreamId, bytes.readUInt32BE(start + 4), bytes.toString("latin1", start + 8, end));
  }

  #windowUpdate(streamId: number, bytes: Buffer, start: number, end: number): void {
    mustBeLong(4, start, end, "WINDOW_UPDATE");
    const increment = bytes.readUInt32BE(start) & 0x7fffffff;
    if (increment === 0) {
      if (streamId === 0) throw protocolFault("WINDOW_UPDATE by 0");
      throw new StreamFault(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE by 0");
    }
    this.#handler.onWindowUpdate(streamId, increment);
  }
}

/** RFC 7540, 5.3.1; RFC 9113 has no priorities, yet allows to hold peers to this. */
export function selfDependent(): StreamFault {
  return new StreamFault(ErrorCode.PROTOCOL_ERROR, "a stream depends on itself");
}

function mustHaveStream(streamId: number, frame: string): void {
  if (streamId === 0) throw protocolFault(`${frame} on stream 0`);
}

function mustHaveNone(streamId: number, frame: string): void {
  if (streamId !== 0) throw protocolFault(`${frame} on a stream`);
}
