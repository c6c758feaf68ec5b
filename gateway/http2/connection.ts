/** A connection: its socket and how it ends. What frames mean is in peer-frames.ts, the roles in server.ts and client.ts. */
import type { Duplex } from "node:stream";
import { ErrorCode, errorName, INITIAL_WINDOW_BYTES, MAX_STREAM_ID, PREFACE } from "./codes.ts";
import { ConnectionStreams } from "./connection-streams.ts";
import type { HeaderField, Http2Connection, Http2Stream, StreamListener } from "./contract.ts";
import { ConnectionFault, StreamFault } from "./faults.ts";
import { FrameReader } from "./frame-reader.ts";
import { writeGoaway, writePing, writeSettings, writeWindowUpdate } from "./frame-writer.ts";
import { Inbound } from "./inbound.ts";
import type { Limits } from "./limits.ts";
import { PeerFrames } from "./peer-frames.ts";
import { Pings } from "./pings.ts";
import type { Role } from "./role.ts";
import { ourSettings } from "./settings.ts";
import { lost, type Stream } from "./stream.ts";
import { Watch } from "./watch.ts";

/** Output, beyond what the socket holds, from which a server reads no more requests until it is taken. */
const PAUSE_BYTES = 262_144;

export class Connection extends ConnectionStreams implements Http2Connection {
  readonly role: Role;
  readonly inbound: Inbound;
  readonly pings = new Pings();
  /** No new streams of ours: one side goes away. */
  isLeaving = false;
  /** Streams the peer opens from now on are passed over: the last GOAWAY named the last one. */
  isFinal = false;
  /** Anything came since the clock last looked. */
  hasHeard = false;
  readonly #socket: Duplex;
  readonly #reader: FrameReader;
  readonly #watch: Watch;

  constructor(socket: Duplex, limits: Limits, isServer: boolean, makeRole: (connection: Connection) => Role) {
    super(socket, limits, isServer);
    this.#socket = socket;
    this.role = makeRole(this);
    this.inbound = new Inbound(limits, new PeerFrames(this));
    this.#reader = new FrameReader(this.#frame, limits.maxFrameBytes, isServer ? PREFACE : Buffer.alloc(0));
    this.#watch = new Watch(this, limits);
    this.#greet();
    this.#listen();
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

  ping(): Promise<number> {
    if (this.isOver) return Promise.reject(new Error("the connection is closed"));
    const { opaque, answered } = this.pings.start();
    writePing(this.outbound.output, opaque, false);
    this.outbound.schedule();
    return answered;
  }

  close(): void {
    if (this.isLeaving) return;
    this.isLeaving = true;
    if (!this.isServer) {
      this.#beFinal();
      return;
    }
    // Requests under way towards us are still taken: a round trip later the peer knows (RFC 9113, 6.8).
    this.#goaway(MAX_STREAM_ID, ErrorCode.NO_ERROR, "");
    const beFinal = () => {
      if (!this.isFinal) this.#beFinal();
    };
    const timer = setTimeout(beFinal, this.limits.lingerMs).unref();
    this.ping()
      .then(beFinal, beFinal)
      .finally(() => clearTimeout(timer));
  }

  destroy(error?: Error): void {
    this.fail(error === undefined ? ErrorCode.NO_ERROR : ErrorCode.INTERNAL_ERROR, "", error);
  }

  /** Ends the connection with GOAWAY. */
  fail(code: number, message: string, error?: Error): void {
    if (this.isOver) return;
    this.#goaway(this.#lastOfPeer, code, message);
    this.#end(code, message || errorName(code), error);
  }

  /** Ends the socket once the last stream is done. */
  finishIfDone(): void {
    if (this.isFinal && this.table.open.size === 0 && !this.isOver) this.#end(ErrorCode.NO_ERROR, "closed", undefined);
  }

  protected override streamLeft(): void {
    this.finishIfDone();
    this.role.hasCapacity();
  }

  protected override ownerFailed(error: unknown, stream: Stream | undefined): void {
    this.role.failed(error, stream);
  }

  /** Servers open no streams. */
  get #lastOfPeer(): number {
    return this.isServer ? this.table.lastId : 0;
  }

  #beFinal(): void {
    if (this.isOver) return;
    this.#goaway(this.#lastOfPeer, ErrorCode.NO_ERROR, "");
    this.isFinal = true;
    this.finishIfDone();
  }

  #goaway(lastStreamId: number, code: number, debug: string): void {
    writeGoaway(this.outbound.output, lastStreamId, code, debug);
    this.outbound.schedule();
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
      if (error instanceof ConnectionFault) this.fail(error.code, error.message, error);
      else this.listenerFailed(error, undefined);
    }
    if (this.isServer && this.outbound.isFull && this.outbound.output.bytes > PAUSE_BYTES) this.#socket.pause();
  }

  readonly #frame = (type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): boolean => {
    try {
      this.inbound.frame(type, flags, id, bytes, start, end);
    } catch (error) {
      if (error instanceof ConnectionFault) throw error;
      if (error instanceof StreamFault) this.failStream(id, error);
      else this.listenerFailed(error, this.table.open.get(id));
    }
    return !this.isOver;
  };

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
    if (!this.#socket.destroyed) {
      const timer = setTimeout(() => this.#socket.destroy(), this.limits.lingerMs).unref();
      this.#socket.once("close", () => clearTimeout(timer));
      // What still comes is dropped; closing with it unread would cost the peer our GOAWAY.
      this.#socket.resume();
    }
    this.role.closed(error);
  }
}
