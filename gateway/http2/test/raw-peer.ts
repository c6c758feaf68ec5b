/** A peer that sends whatever bytes a test likes, and notes the frames it gets. */
import type { Socket } from "node:net";
import { FrameType, PREFACE } from "../codes.ts";
import { FrameReader } from "../frame-reader.ts";
import { dial } from "./serve.ts";

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, id: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(id, 5);
  return Buffer.concat([header, payload]);
}

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

/** A field as a literal that is kept in no table. */
export function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), string(name), string(value)]);
}

function string(text: string): Buffer {
  if (text.length < 127) return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, "latin1")]);
  const rest = text.length - 127;
  const length = [127, (rest & 127) | 128, ((rest >> 7) & 127) | 128, rest >> 14];
  return Buffer.concat([Buffer.from(length), Buffer.from(text, "latin1")]);
}

/** POST http / without :authority, from the static table. */
export const postBlock = Buffer.from([0x83, 0x86, 0x84]);
/** PING of eight zeros; SETTINGS without entries, and its acknowledgement. */
export const ping = frame(FrameType.PING, 0, 0, Buffer.alloc(8));
export const settings = frame(FrameType.SETTINGS, 0, 0);
export const settingsAck = frame(FrameType.SETTINGS, 1, 0);

export class RawPeer {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  isClosed = false;

  constructor(socket: Socket, preface: Buffer) {
    this.socket = socket;
    const note = (type: number, flags: number, id: number, bytes: Buffer, start: number, end: number) => {
      this.frames.push({ type, flags, id, payload: Buffer.from(bytes.subarray(start, end)) });
      return true;
    };
    const reader = new FrameReader(note, 1 << 20, preface);
    socket.on("data", (chunk: Buffer) => reader.read(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.isClosed = true;
    });
  }

  send(...parts: Uint8Array[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  of(type: number): Frame[] {
    return this.frames.filter((each) => each.type === type);
  }

  /** The code of the GOAWAY that came; undefined without one. */
  get goaway(): number | undefined {
    return this.of(FrameType.GOAWAY).at(-1)?.payload.readUInt32BE(4);
  }

  /** Streams reset, with their codes. */
  get resets(): Array<[id: number, code: number]> {
    return this.of(FrameType.RST_STREAM).map(({ id, payload }) => [id, payload.readUInt32BE(0)]);
  }
}

/** A client that has said its preface and acknowledged the server's SETTINGS, unless told otherwise. */
export async function rawClient(
  port: number,
  greeting: readonly Uint8Array[] = [settings, settingsAck],
): Promise<RawPeer> {
  const peer = new RawPeer(await dial(port), Buffer.alloc(0));
  peer.send(PREFACE, ...greeting);
  return peer;
}
