/** A connection: its socket, its streams, and how it ends. What frames mean is in peer-frames.ts, the roles in server.ts and client.ts. */
import type { Duplex } from "node:stream";
import { Abuse } from "./abuse.ts";
import { ErrorCode, errorName, INITIAL_WINDOW_BYTES, MAX_STREAM_ID, PREFACE } from "./codes.ts";
import type { Goaway, HeaderField, Http2Connection, Http2Stream, StreamListener } from "./contract.ts";
import { ConnectionFault, StreamFault } from "./faults.ts";
import { FrameReader } from "./frame-reader.ts";
import { writeGoaway, writePing, writeReset, writeSettings, writeWindowUpdate } from "./frame-writer.ts";
import type { Block } from "./header-block.ts";
import { Inbound } from "./inbound.ts";
import type { Limits } from "./limits.ts";
import { Outbound } from "./outbound.ts";
import { PeerFrames } from "./peer-frames.ts";
import { Pings } from "./pings.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { ourSettings } from "./settings.ts";
import { lost, type Stream, type StreamHome } from "./stream.ts";
import { StreamTable } from "./stream-table.ts";
import { Watch } from "./watch.ts";

/** What differs between a server and a client. */
export interface Role {
  readonly isServer: boolean;
  open(headers: readonly HeaderField[], endStream: boolean, listener: StreamListener): Http2Stream | undefined;
  /** A section of a stream that is not open. */
  takeNew(block: Block): void;
  /** The first section on a stream of ours. */
  takeFirst(stream: Stream, block: Block): void;
  /** A stream is over, or the peer allows more. */
  hasCapacity(): void;
  goaway(goaway: Goaway): void;
  closed(error: Error | undefined): void;
  /** A listener threw. */
  failed(error: unknown, stream: Http2Stream | undefined): void;
}

/** Output, beyond what the socket holds, from which a server reads no more requests until it is taken. */
const PAUSE_BYTES = 262_144;

export class Connection implements StreamHome, Http2Connection {
  readonly limits: Limits;
  readonly role: Role;
  readonly abuse: Abuse;
  readonly outbound: Outbound;
  readonly table = new StreamTable();
  readonly pings = new Pings();
  readonly window: ReceiveWindow;
  /** No new streams: one side goes away. */
  isLeaving = false;
  /** Streams the peer opens from now on are passed over: the last GOAWAY named the last one. */
  isFinal = false;
  /** Nothing is read or written any more. */
  isOver = false;
  /** The peer has acknowledged our SETTINGS. */
  areSettingsKnown = false;
  /** Anything came since the clock last looked. */
  hasHeard = false;
  readonly #socket: Duplex;
  readonly #reader: FrameReader;
  readonly inbound: Inbound;
  readonly #watch: Watch;

  constructor(socket: Duplex, limits: Limits, makeRole: (connection: Connection) => Role) {
    this.#socket = socket;
    this.limits = limits;
    this.role = makeRole(this);
    this.abuse = new Abuse(limits);
    this.outbound = new Outbound(socket, this.abuse);
    this.window = new ReceiveWindow(
      limits.connectionWindowBytes,
      Math.max(limits.connectionWindowBytes, INITIAL_WINDOW_BYTES),
    );
    this.inbound = new Inbound(limits, new PeerFrames(this));
    const preface = this.isServer ? PREFACE : Buffer.alloc(0);
    this.#reader = new FrameReader(this.#frame, limits.maxFrameBytes, preface);
    this.#watch = new Watch(this, limits);
    this.#greet();
    this.#listen();
  }

  get isServer(): boolean {
    return this.role.isServer;
  }

  get streams(): number {
    return this.table.open.size;
  }

  get maxStreams(): number {
    return this.outbound.peer.maxConcurrentStreams;
  }

  get isUsable(): boolean {
    return !this.isServer && !this.isLeaving;
  }

  open(headers: readonly HeaderField[], endStream: boolean, listener: StreamListener): Http2Stream | undefined {
    return this.role.open(headers, endStream, listener);
  }

  /** The peer has acknowledged our SETTINGS: what it sends from here on keeps to them. */
  settingsAcknowledged(): void {
    this.areSettingsKnown = true;
    this.inbound.blocks.settingsAcknowledged();
  }

  newReceiveWindow(): ReceiveWindow {
    const size = this.limits.streamWindowBytes;
    return new ReceiveWindow(size, this.areSettingsKnown ? size : Math.max(size, INITIAL_WINDOW_BYTES));
  }

  returnCredit(stream: Stream, bytes: number): void {
    const increment = stream.isGone || stream.isRemoteDone ? 0 : stream.receiveWindow.release(bytes);
    if (increment > 0) writeWindowUpdate(this.outbound.output, stream.id, increment);
    if (increment > 0) this.outbound.schedule();
    this.returnConnectionCredit(bytes);
  }

  returnConnectionCredit(bytes: number): void {
    const increment = this.window.release(bytes);
    if (increment === 0) return;
    writeWindowUpdate(this.outbound.output, 0, increment);
    this.outbound.schedule();
  }

  localDone(stream: Stream): void {
    if (stream.isRemoteDone) this.remove(stream, "complete");
  }

  remoteDone(stream: Stream): void {
    stream.isRemoteDone = true;
    if (stream.isLocalDone) this.remove(stream, "complete");
  }

  resetStream(stream: Stream, code: number): void {
    writeReset(this.outbound.output, stream.id, code);
    this.outbound.schedule();
    this.remove(stream, "reset-here");
  }

  /** Takes a stream off the connection. The caller tells its listener, if need be. */
  remove(stream: Stream, ending: "complete" | "reset-here" | "reset-there"): void {
    this.table.remove(stream, ending);
    stream.leave();
    if (ending !== "complete" && stream.unconsumed > 0) {
      this.returnConnectionCredit(stream.unconsumed);
      stream.unconsumed = 0;
    }
    this.finishIfDone();
    this.role.hasCapacity();
  }

  tell(stream: Stream, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#listenerFailed(error, stream);
    }
  }

  ping(): Promise<number> {
    if (this.isOver) return Promise.reject(new Error("the connection is closed"));
    const { opaque, answered } = this.pings.start();
    writePing(this.outbound.output, opaque, false);
    this.outbound.schedule();
    return answered;
  }

  goaway(lastStreamId: number, code: number, debug: string): void {
    writeGoaway(this.outbound.output, lastStreamId, code, debug);
    this.outbound.schedule();
  }

  close(): void {
    if (this.isOver || this.isLeaving) return;
    this.isLeaving = true;
    if (!this.isServer) {
      this.goaway(0, ErrorCode.NO_ERROR, "");
      this.#beFinal();
      return;
    }
    // Requests under way towards us are still taken: a round trip later the peer knows (RFC 9113, 6.8).
    this.goaway(MAX_STREAM_ID, ErrorCode.NO_ERROR, "");
    const name = () => {
      if (this.isOver || this.isFinal) return;
      this.goaway(this.table.lastId, ErrorCode.NO_ERROR, "");
      this.#beFinal();
    };
    setTimeout(name, this.limits.lingerMs).unref();
    this.ping().then(name, name);
  }

  destroy(error?: Error): void {
    this.fail(error === undefined ? ErrorCode.NO_ERROR : ErrorCode.INTERNAL_ERROR, "", error);
  }

  /** Ends the connection with GOAWAY. */
  fail(code: number, message: string, error?: Error): void {
    if (this.isOver) return;
    this.goaway(this.isServer ? this.table.lastId : 0, code, message);
    this.#end(code, message || errorName(code), error);
  }

  /** Ends the socket once the last stream is done. */
  finishIfDone(): void {
    if (this.isFinal && this.table.open.size === 0 && !this.isOver) this.#end(ErrorCode.NO_ERROR, "closed", undefined);
  }

  /** A stream broke the rules: RST_STREAM, and its listener is told. */
  failStream(streamId: number, fault: StreamFault): void {
    if (this.table.isIdle(streamId)) throw new ConnectionFault(fault.code, fault.message);
    const stream = this.table.open.get(streamId);
    if (stream === undefined) {
      writeReset(this.outbound.output, streamId, fault.code);
      this.outbound.schedule();
    } else {
      this.resetStream(stream, fault.code);
      stream.die(lost(fault.code, false, fault.message));
    }
    if (this.isServer) this.abuse.countReset();
  }

  #beFinal(): void {
    this.isFinal = true;
    this.finishIfDone();
  }

  #greet(): void {
    const { output } = this.outbound;
    if (!this.isServer) output.append(PREFACE);
    writeSettings(output, ourSettings(this.limits, this.isServer));
    const more = this.limits.connectionWindowBytes - INITIAL_WINDOW_BYTES;
    if (more > 0) writeWindowUpdate(output, 0, more);
    this.outbound.schedule();
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#socket.on("drain", () => {
      this.outbound.drained();
      if (this.#socket.isPaused()) this.#socket.resume();
    });
    this.#socket.on("end", () => this.#lose(undefined));
    this.#socket.on("error", (error: Error) => this.#lose(error));
    this.#socket.on("close", () => this.#lose(undefined));
    if (this.#socket.destroyed) setImmediate(() => this.#lose(undefined));
  }

  #read(chunk: Buffer): void {
    if (this.isOver) return;
    this.hasHeard = true;
    try {
      this.#reader.read(chunk);
    } catch (error) {
      this.#connectionFailed(error);
    }
    if (this.isServer && this.outbound.isFull && this.outbound.output.bytes > PAUSE_BYTES) this.#socket.pause();
  }

  readonly #frame = (type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): boolean => {
    try {
      this.inbound.frame(type, flags, id, bytes, start, end);
    } catch (error) {
      if (error instanceof StreamFault) this.failStream(id, error);
      else if (error instanceof ConnectionFault) throw error;
      else this.#listenerFailed(error, this.table.open.get(id));
    }
    return !this.isOver;
  };

  #connectionFailed(error: unknown): void {
    if (error instanceof ConnectionFault) this.fail(error.code, error.message, error);
    else this.#listenerFailed(error, undefined);
  }

  #listenerFailed(error: unknown, stream: Stream | undefined): void {
    if (stream !== undefined && !stream.isGone) this.resetStream(stream, ErrorCode.INTERNAL_ERROR);
    this.role.failed(error, stream);
  }

  /** The socket is gone, or the peer's side of it: HTTP/2 has no half-open connections. */
  #lose(error: Error | undefined): void {
    if (!this.isOver) this.#end(ErrorCode.CONNECT_ERROR, error?.message ?? "the connection was lost", error);
  }

  #end(code: number, message: string, error: Error | undefined): void {
    this.isOver = true;
    this.isLeaving = true;
    this.#watch.stop();
    const { lastFlushedId } = this.outbound;
    this.outbound.end();
    const streams = [...this.table.open.values()];
    this.table.open.clear();
    for (const stream of streams) stream.die(lost(code, !this.isServer && stream.id > lastFlushedId, message));
    this.pings.fail(new Error(message));
    const timer = setTimeout(() => this.#socket.destroy(), this.limits.lingerMs).unref();
    this.#socket.on("close", () => clearTimeout(timer));
    this.#socket.resume();
    this.role.closed(error);
  }
}
