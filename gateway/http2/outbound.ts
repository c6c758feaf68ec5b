/** The sending half of a connection: flow control, whose turn it is, and one write for all that one turn of the loop made. */
import type { Duplex } from "node:stream";
import type { Abuse } from "./abuse.ts";
import { ErrorCode, INITIAL_WINDOW_BYTES, MAX_WINDOW_BYTES } from "./codes.ts";
import type { HeaderField } from "./contract.ts";
import { ConnectionFault, StreamFault } from "./faults.ts";
import { writeData, writeHeaders } from "./frame-writer.ts";
import { HeaderEncoder } from "./hpack/encoder.ts";
import { Output } from "./output.ts";
import { initialSettings, readSettings } from "./settings.ts";
import type { Stream } from "./stream.ts";

/** Output gathered that is not worth waiting with until the turn's end. */
const FLUSH_BYTES = 65_536;

export class Outbound {
  readonly output = new Output();
  readonly peer = initialSettings();
  readonly #socket: Duplex;
  readonly #abuse: Abuse;
  readonly #encoder = new HeaderEncoder();
  /** Streams with something to send and the window for it, in the order of their turns. */
  readonly #ready = new Set<Stream>();
  #window = INITIAL_WINDOW_BYTES;
  #isScheduled = false;
  #isFull = false;
  #isEnded = false;
  #lastWrittenId = 0;
  #lastFlushedId = 0;

  constructor(socket: Duplex, abuse: Abuse) {
    this.#socket = socket;
    this.#abuse = abuse;
  }

  /** The socket takes no more for now. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** The last stream of ours that the socket has had anything of. */
  get lastFlushedId(): number {
    return this.#lastFlushedId;
  }

  /** Takes in a SETTINGS payload. The change of the initial window, which open streams follow (RFC 9113, 6.9.2). */
  takeSettings(bytes: Buffer, start: number, end: number, fromServer: boolean): number {
    const before = this.peer.initialWindowBytes;
    const smallestTable = readSettings(bytes, start, end, this.peer, fromServer);
    if (smallestTable !== undefined) {
      this.#encoder.allow(smallestTable);
      this.#encoder.allow(this.peer.headerTableBytes);
    }
    return this.peer.initialWindowBytes - before;
  }

  sendHeaders(streamId: number, fields: readonly HeaderField[], endStream: boolean): void {
    writeHeaders(this.output, this.#encoder, streamId, fields, endStream, this.peer.maxFrameBytes);
    this.#lastWrittenId = Math.max(this.#lastWrittenId, streamId);
    this.schedule();
  }

  /** Sends a chunk at once if it can go whole; else the stream must queue it. */
  trySend(stream: Stream, chunk: Uint8Array, endStream: boolean): boolean {
    // Nobody overtakes those who wait.
    if (this.#isFull || this.#ready.size > 0) return false;
    const most = Math.min(stream.sendWindow, this.#window, this.peer.maxFrameBytes);
    if (chunk.length > most && chunk.length > 0) return false;
    this.#write(stream, chunk, endStream);
    return true;
  }

  /** The stream has something queued: it is sent as its turn and its window come. */
  enqueue(stream: Stream): void {
    if (stream.sendWindow <= 0 && stream.queue.bytes > 0) return;
    this.#ready.add(stream);
    this.schedule();
  }

  forget(stream: Stream): void {
    this.#ready.delete(stream);
  }

  widen(bytes: number): void {
    this.#window += bytes;
    if (this.#window > MAX_WINDOW_BYTES) {
      throw new ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, "the connection's window overflows");
    }
    if (this.#ready.size > 0) this.schedule();
  }

  widenStream(stream: Stream, bytes: number): void {
    stream.sendWindow += bytes;
    if (stream.sendWindow > MAX_WINDOW_BYTES) {
      throw new StreamFault(ErrorCode.FLOW_CONTROL_ERROR, "the stream's window overflows");
    }
    if (stream.hasQueued) this.enqueue(stream);
  }

  /** Flushes at the end of this turn of the event loop, when all that arrived in it has been worked on. */
  schedule(): void {
    if (this.#isScheduled || this.#isFull) return;
    this.#isScheduled = true;
    setImmediate(this.#flushScheduled);
  }

  /** The socket has room again. */
  drained(): void {
    this.#isFull = false;
    this.#abuse.noteFlushed();
    this.flush();
  }

  flush(): void {
    if (this.#isFull || this.#isEnded) return;
    this.#pump();
    this.#flushOutput();
  }

  /** Writes what is gathered, full or not, and nothing after. Queued data is dropped. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#ready.clear();
    if (this.#socket.writable) {
      this.output.flushTo(this.#socket);
      this.#socket.end();
    }
  }

  readonly #flushScheduled = () => {
    this.#isScheduled = false;
    this.flush();
  };

  #flushOutput(): void {
    this.#lastFlushedId = this.#lastWrittenId;
    if (this.#isEnded || !this.#socket.writable) return;
    this.#isFull = !this.output.flushTo(this.#socket);
    if (!this.#isFull) this.#abuse.noteFlushed();
  }

  /** A frame a stream, in turns, as long as windows and socket allow. */
  #pump(): void {
    let isMoving = this.#ready.size > 0;
    while (isMoving) {
      isMoving = false;
      for (const stream of this.#ready) {
        if (this.#isFull) return;
        const most = Math.min(stream.sendWindow, this.#window, this.peer.maxFrameBytes);
        if (most > 0 || stream.queue.bytes === 0) {
          this.#sendPiece(stream, most);
          isMoving = true;
        } else if (stream.sendWindow <= 0) {
          this.#ready.delete(stream);
        }
      }
    }
  }

  #sendPiece(stream: Stream, most: number): void {
    const hadData = stream.queue.bytes > 0;
    const piece = stream.queue.take(most);
    const isLast = stream.queue.bytes === 0;
    if (isLast) this.#ready.delete(stream);
    const endStream = isLast && stream.endsQueue === "data";
    if (hadData || endStream) this.#write(stream, piece, endStream);
    if (!stream.isGone) stream.sent(piece.length);
  }

  #write(stream: Stream, chunk: Uint8Array, endStream: boolean): void {
    stream.sendWindow -= chunk.length;
    this.#window -= chunk.length;
    writeData(this.output, stream.id, chunk, endStream);
    this.#abuse.noteUseful(chunk.length);
    if (this.output.bytes >= FLUSH_BYTES) this.#flushOutput();
    else this.schedule();
  }
}
